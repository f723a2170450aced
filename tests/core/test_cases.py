"""Whole executions as data: tests/cases/*.json. Adding a case is adding a file.

A case has `definition`, `input`, `answers` (state name → answers in order; {"Error": …, "Cause": …} fails the task) and
`expect`: `status`, `output` or `error` and `cause`, `seconds` of virtual time, and `history`, one line per event.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from statemachine.json_text import dump, load
from statemachine.validation import validate
from tests.core.script import START, Run, outline

CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.json"))


def read(path: Path) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(path.read_text())
    return case


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = read(path)
    errors = [finding for finding in validate(dump(case["definition"])) if finding.severity == "ERROR"]
    assert not errors
    run = Run(
        case["definition"],
        dump(case.get("input", {})),
        case.get("answers", {}),
        frozenset(case.get("activities", ())),
    ).finish()
    expect = case["expect"]
    execution = run.execution
    assert execution.status == expect["status"], execution.cause
    if "output" in expect:
        assert execution.output is not None
        assert load(execution.output.text) == expect["output"]
    if "error" in expect:
        assert (execution.error, execution.cause) == (expect["error"], expect.get("cause"))
    if "seconds" in expect:
        assert run.now - START == pytest.approx(expect["seconds"])
    if "history" in expect:
        assert outline(run.history) == expect["history"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_an_ended_execution_waits_for_nothing(path: Path) -> None:
    case = read(path)
    run = Run(
        case["definition"],
        dump(case.get("input", {})),
        case.get("answers", {}),
        frozenset(case.get("activities", ())),
    ).finish()
    assert run.execution.status != "RUNNING"
    assert [path for path, scope in run.scopes.items() if scope.waiting is not None] == []
    assert [event.id for event in run.history] == list(range(1, run.execution.events + 1))
