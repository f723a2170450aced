"""The trees of whole runs. A case is a definition, the answers to its tasks and the outline of its tree.

A run that still waits when no answer is left is stopped.
"""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.core.events import StopRequested
from statemachine.replay.events import from_aws, from_compact
from statemachine.replay.tree import Tree
from tests.core.script import Run
from tests.engine.definitions import machine, mapped, task
from tests.jobs.definitions import definition as compiled
from tests.jobs.definitions import graph
from tests.replay.aws_shape import aws_event
from tests.replay.outline import outline

FAILURE = {"Error": "E", "Cause": "why"}
RETRY = [{"ErrorEquals": ["E"], "IntervalSeconds": 1, "MaxAttempts": 1}]
RETRIED_MAP = mapped(task())
RETRIED_MAP["States"]["M"]["Retry"] = RETRY
CAUGHT = machine(
    T={
        "Type": "Task",
        "Resource": "arn:aws:lambda:us-east-1:000000000000:function:f",
        "Catch": [{"ErrorEquals": ["E"], "Next": "Mend"}],
        "End": True,
    },
    Mend={"Type": "Pass", "End": True},
)
GRAPH = compiled(graph({"a": [], "b": [], "c": ["a"], "d": ["a", "b"]}, retries=1))

CASES: dict[str, tuple[dict[str, Any], dict[str, list[Any]], list[str]]] = {
    "a Map that is tried again keeps the iterations of its last attempt": (
        RETRIED_MAP,
        {"T": [1, FAILURE, 1, 2]},
        [
            "execution succeeded",
            "  Map M succeeded x2",
            "    iteration 0 succeeded",
            "      Task T succeeded",
            "    iteration 1 succeeded",
            "      Task T succeeded",
        ],
    ),
    "a Map that is tried again and fails": (
        RETRIED_MAP,
        {"T": [FAILURE, FAILURE]},
        [
            "execution failed E",
            "  Map M failed x2 E",
            "    iteration 0 failed",
            "      Task T failed E",
            "    iteration 1 aborted",
            "      Task T aborted",
        ],
    ),
    "a failure that is caught": (
        CAUGHT,
        {"T": [FAILURE]},
        ["execution succeeded", "  Task T caught E", "  Pass Mend succeeded"],
    ),
    "an execution that is stopped": (
        RETRIED_MAP,
        {"T": [1]},
        [
            "execution aborted Enough",
            "  Map M aborted",
            "    iteration 0 succeeded",
            "      Task T succeeded",
            "    iteration 1 aborted",
            "      Task T aborted",
        ],
    ),
}

GRAPH_CASES: dict[str, tuple[dict[str, list[Any]], list[str]]] = {
    "a graph of tasks": (
        {"a": [1], "b": [FAILURE, 2], "c": [3], "d": [4]},
        [
            "execution succeeded",
            "  Parallel All tasks succeeded",
            "    branch 0 succeeded",
            "      Task a succeeded",
            "    branch 1 succeeded",
            "      Task b succeeded x2 E",
            "    branch 2 succeeded",
            "      Task c succeeded",
            "    branch 3 succeeded",
            "      Task d succeeded",
        ],
    ),
    "a graph whose last task was not reached": (
        {"a": [1], "b": [FAILURE, FAILURE], "c": [3]},
        [
            "execution failed E",
            "  Parallel All tasks failed E",
            "    branch 0 succeeded",
            "      Task a succeeded",
            "    branch 1 failed",
            "      Task b failed x2 E",
            "    branch 2 succeeded",
            "      Task c succeeded",
        ],
    ),
}


def run(definition: dict[str, Any], answers: dict[str, list[Any]]) -> Run:
    found = Run(definition, "[1, 2]", answers).finish()
    if found.execution.status == "RUNNING":
        found.send(StopRequested("Enough"))
    return found


def tree(run: Run, *, scopes: bool) -> Tree:
    """The tree of a run, from events with scopes or in AWS's shape."""
    built = Tree("e")
    for event in run.history:
        built.add(from_compact(event) if scopes else from_aws(aws_event(event)))
    return built


@pytest.mark.parametrize("scopes", [True, False], ids=["with scopes", "in AWS's shape"])
@pytest.mark.parametrize(("definition", "answers", "expected"), CASES.values(), ids=CASES)
def test_a_run(definition: dict[str, Any], answers: dict[str, list[Any]], expected: list[str], scopes: bool) -> None:
    assert outline(tree(run(definition, answers), scopes=scopes).root) == expected


@pytest.mark.parametrize(("answers", "expected"), GRAPH_CASES.values(), ids=GRAPH_CASES)
def test_scopes_tell_the_branches_of_a_graph(answers: dict[str, list[Any]], expected: list[str]) -> None:
    assert outline(tree(run(GRAPH, answers), scopes=True).root) == expected


def test_without_scopes_a_branch_that_waited_is_shown_in_the_branch_that_it_follows() -> None:
    answers = {"a": [1], "b": [2], "c": [3], "d": [4]}
    assert outline(tree(run(GRAPH, answers), scopes=False).root) == [
        "execution succeeded",
        "  Parallel All tasks succeeded",
        "    branch 0 succeeded",
        "      Task a succeeded",
        "      Task c succeeded",
        "    branch 1 succeeded",
        "      Task b succeeded",
        "      Task d succeeded",
    ]


@pytest.mark.parametrize(
    ("definition", "answers", "name"),
    [
        (RETRIED_MAP, {"T": [FAILURE, FAILURE]}, "T"),
        (GRAPH, {"a": [1], "b": [FAILURE, FAILURE]}, "b"),
        (machine(F={"Type": "Fail"}), {}, "F"),
        (CAUGHT, {"T": [FAILURE]}, None),
        (RETRIED_MAP, {"T": [1]}, None),
    ],
)
def test_the_state_that_made_the_execution_fail(
    definition: dict[str, Any], answers: dict[str, list[Any]], name: str | None
) -> None:
    for scopes in (True, False):
        failed = tree(run(definition, answers), scopes=scopes).failed_state
        assert (failed and failed.name) == name
