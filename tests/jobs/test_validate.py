"""Jobs and all that `validate_job` finds in them; the cases are data. The code SCHEMA_VALIDATION_FAILED is left out.

A case of the graph format gives the ids of its tasks and its graph; `cycles` are the cycles that must be found.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statemachine.jobs import compile_job, read_job, validate_job
from statemachine.jobs.rules import CYCLES_MAX
from statemachine.jobs.validate import CHARACTERS_MAX, FINDINGS_MAX
from statemachine.json_text import dump
from statemachine.validation import validate

CASES = Path(__file__).parent / "cases"


def cases(format: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in json.loads((CASES / f"{format}.json").read_text("utf-8"))]


def graph_job(tasks: list[str], graph: Any) -> dict[str, Any]:
    return {"id": "j", "tasks": [{"id": id, "functionName": "f"} for id in tasks], "graph": graph}


def check(found: list[Any], wanted: list[dict[str, Any]]) -> None:
    expected = [{"code": "SCHEMA_VALIDATION_FAILED", "severity": "ERROR", **finding} for finding in wanted]
    asked = [{name: getattr(one, name) for name in names} for one, names in zip(found, expected, strict=False)]
    assert asked == expected
    assert len(found) == len(expected), found[len(expected) :]


@pytest.mark.parametrize("case", cases("ordered"))
def test_ordered(case: dict[str, Any]) -> None:
    check(validate_job(case.get("text") or dump(case["job"]), "ordered"), case["findings"])


@pytest.mark.parametrize("case", [case for case in cases("graph") if "findings" in case.values[0]])
def test_graph(case: dict[str, Any]) -> None:
    check(validate_job(dump(graph_job(case["tasks"], case["graph"])), "graph"), case["findings"])


@pytest.mark.parametrize("case", [case for case in cases("graph") if "cycles" in case.values[0]])
def test_cycles_are_refused_with_their_path(case: dict[str, Any]) -> None:
    """The path may begin with any task of the cycle; the pointer leads to its first step."""
    found = validate_job(dump(graph_job(case["tasks"], case["graph"])), "graph")
    assert {finding.code for finding in found} == {"DEPENDENCY_CYCLE"}
    seen = []
    for finding in found:
        path = finding.message.removeprefix("Tasks depend on themselves: ").split(" → ")
        assert path[0] == path[-1]
        assert all(other in case["graph"][one] for one, other in pairwise(path))
        _, _, first, number = finding.pointer.split("/")
        assert (first, case["graph"][first][int(number)]) == (path[0], path[1])
        seen.append(sorted(path[1:]))
    assert sorted(seen) == case["cycles"]


def test_finding_has_line_and_column() -> None:
    text = '{"id": "j",\n "tasks": [{"id": "a", "functionName": "f"}],\n "graph": {\n  "a": ["x"]}}'
    assert [(one.line, one.column, one.location) for one in validate_job(text, "graph")] == [(4, 9, "/graph/a[0]")]


def test_many_faults_and_many_cycles_are_cut_short() -> None:
    tasks = [f"t{number}" for number in range(200)]
    everyone = graph_job(tasks, dict.fromkeys(tasks, tasks))
    assert len(validate_job(dump(everyone), "graph")) == CYCLES_MAX
    unknown = graph_job(["a"], {"a": [f"x{number}" for number in range(1000)]})
    assert len(validate_job(dump(unknown), "graph")) == FINDINGS_MAX
    ring = graph_job(tasks, {id: [tasks[number - 1]] for number, id in enumerate(tasks)})
    (finding,) = validate_job(dump(ring), "graph")
    assert "(101 more)" in finding.message


def test_too_much_text_is_not_looked_at() -> None:
    (finding,) = validate_job(" " * (CHARACTERS_MAX + 1), "ordered")
    assert finding.message == "Job is longer than 1048576 characters"


IDS = st.text("ab.-_9", min_size=1, max_size=3)
TASKS = st.lists(
    st.fixed_dictionaries(
        {"id": IDS, "functionName": IDS},
        optional={"name": st.text(max_size=5), "maxRetry": st.integers(-1, 3) | st.floats(0, 3)},
    ),
    max_size=5,
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(IDS, inner, max_size=3),
    max_leaves=5,
)
JOBS = st.fixed_dictionaries(
    {"tasks": TASKS | ANYTHING},
    optional={"id": IDS | ANYTHING, "name": IDS, "graph": st.dictionaries(IDS, st.lists(IDS, max_size=3)) | ANYTHING},
)


@given(job=JOBS, format=st.sampled_from(["ordered", "graph"]))
@settings(max_examples=300, deadline=None)
def test_any_object_is_judged_and_what_is_valid_compiles_to_a_valid_definition(job: Any, format: Any) -> None:
    if validate_job(dump(job), format):
        return
    definition = compile_job(read_job(job, format), "us-east-1", "0" * 12)
    for branch in definition["States"].get("All tasks", {}).get("Branches", ()):
        del branch["DependsOn"]
    assert validate(dump(definition)) == []
