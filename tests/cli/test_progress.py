"""What people see of an execution: a line per state, and why something failed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from statemachine.cli.progress import make_reporter
from statemachine.replay.events import from_aws

Row = tuple[int, str] | tuple[int, str, dict[str, Any]]

STARTED: Row = (0, "ExecutionStarted")
ENTERED: Row = (0, "TaskStateEntered", {"name": "T"})
SCHEDULED: Row = (2, "LambdaFunctionScheduled")
MAP: list[Row] = [
    STARTED,
    (0, "MapStateEntered", {"name": "M"}),
    (2, "MapStateStarted", {"length": 9}),
    (3, "MapIterationStarted", {"name": "M", "index": 3}),
    (4, "TaskStateEntered", {"name": "T"}),
    (5, "LambdaFunctionScheduled"),
]
FAILED: Row = (6, "LambdaFunctionFailed", {"error": "E", "cause": "why"})


def failure(**details: str) -> list[Row]:
    return [STARTED, ENTERED, SCHEDULED, (3, "LambdaFunctionFailed", details)]


def report(rows: list[Row]) -> list[str]:
    """The lines of a history. A row is (the event before, type, details); ids and seconds count from 1."""
    lines: list[str] = []
    reporter = make_reporter(lines.append)
    for id, (previous, type_, *details) in enumerate(rows, 1):
        event = {"type": type_, "id": id, "previousEventId": previous, "timestamp": 100.0 + id / 2}
        reporter(from_aws(event | ({"anyEventDetails": details[0]} if details else {})))
    return lines


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([STARTED, (0, "PassStateEntered", {"name": "P"})], "→ P (Pass)"),
        ([STARTED, (0, "PassStateEntered", {"name": "P"}), (2, "PassStateExited", {"name": "P"})], "✓ P"),
        (failure(error="E"), "✗ T failed E"),
        (failure(error="E", cause="why"), "✗ T failed E (why)"),
        (failure(), "✗ T failed"),
        (failure(error="E", cause=json.dumps({"errorMessage": "first\nsecond"})), "✗ T failed E (first)"),
        (failure(error="E", cause="[1]"), "✗ T failed E ([1])"),
        (failure(error="E", cause="x" * 200), f"✗ T failed E ({'x' * 160}…)"),
        ([STARTED, ENTERED, SCHEDULED, (3, "LambdaFunctionTimedOut", {"error": "States.Timeout"})],
         "✗ T timed out States.Timeout"),
        ([*failure(error="E"), (4, "ExecutionFailed", {"error": "E"})], "✗ T failed E"),
        ([STARTED, ENTERED, (0, "ExecutionAborted")], "✗ ExecutionAborted aborted"),
        ([*MAP, FAILED, (7, "TaskStateAborted")], "✗ T aborted"),
        ([*MAP, FAILED, (7, "MapIterationFailed", {"name": "M", "index": 3})], "✗ M [3] failed"),
        ([*MAP, FAILED, (7, "MapStateFailed")], "✗ M failed"),
        ([STARTED, ENTERED, (0, "EvaluationFailed", {"error": "States.QueryEvaluationError", "state": "T"})],
         "✗ T failed States.QueryEvaluationError"),
    ],
)  # fmt: skip
def test_the_last_line(rows: list[Row], line: str) -> None:
    assert report(rows)[-1].split(" s  ")[1] == line


@pytest.mark.parametrize(
    "rows",
    [
        [STARTED],
        [STARTED, (1, "ExecutionSucceeded")],
        [STARTED, (1, "ExecutionSomething")],
    ],
)
def test_events_that_people_need_not_see(rows: list[Row]) -> None:
    assert report(rows) == []


def test_time_is_counted_from_the_first_event() -> None:
    assert report([*MAP, (6, "LambdaFunctionStarted")]) == ["    0.500 s  → M (Map)", "    2.000 s  → T (Task)"]


def test_a_terminal_gets_colours_and_a_file_does_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started = {"type": "ExecutionStarted", "id": 1, "previousEventId": 0, "timestamp": 100.0}
    entered = {"type": "PassStateEntered", "id": 2, "previousEventId": 0, "timestamp": 101.0}
    details = {"stateEnteredEventDetails": {"name": "P"}}
    for terminal, text in ((False, "    1.000 s  → P (Pass)\n"), (True, "    1.000 s  \x1b[36m→ P (Pass)\x1b[0m\n")):
        monkeypatch.setattr("sys.stderr.isatty", lambda terminal=terminal: terminal)
        reporter = make_reporter()
        reporter(from_aws(started))
        reporter(from_aws(entered | details))
        assert capsys.readouterr().err == text
