"""What people see of an execution: a line per state, and why something failed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from statemachine.cli.progress import Lines, make_reporter


def event(type_: str, id: int = 1, previous: int = 0, at: float = 100.0, **details: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {"type": type_, "id": id, "previousEventId": previous, "timestamp": at}
    return shown | {"anyEventDetails": details} if details else shown


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (event("PassStateEntered", name="P"), "→ P (Pass)"),
        (event("PassStateExited", name="P"), "✓ P"),
        (event("MapIterationFailed", name="M", index=3), "✗ M [3] failed"),
        (event("TaskTimedOut", error="States.Timeout"), "✗ TaskTimedOut timed out States.Timeout"),
        (event("ExecutionAborted"), "✗ ExecutionAborted aborted"),
        (event("LambdaFunctionFailed", error="E", cause="why"), "✗ LambdaFunctionFailed failed E (why)"),
        (
            event("LambdaFunctionFailed", error="E", cause=json.dumps({"errorMessage": "first\nsecond"})),
            "✗ LambdaFunctionFailed failed E (first)",
        ),
        (event("ExecutionFailed", error="E", cause="[1]"), "✗ ExecutionFailed failed E ([1])"),
        (event("ExecutionFailed", error="E", cause="x" * 200), f"✗ ExecutionFailed failed E ({'x' * 160}…)"),
    ],
)
def test_a_line(shown: dict[str, Any], text: str) -> None:
    line = Lines().of(shown)
    assert line is not None
    assert line.text == text


@pytest.mark.parametrize(
    "type_", ["ExecutionStarted", "LambdaFunctionScheduled", "ExecutionSucceeded", "MapStateStarted"]
)
def test_what_people_need_not_see(type_: str) -> None:
    assert Lines().of(event(type_)) is None


def test_an_event_belongs_to_the_state_that_it_follows() -> None:
    lines = Lines()
    lines.of(event("TaskStateEntered", 2, 0, name="Work"))
    assert lines.of(event("LambdaFunctionScheduled", 3, 2)) is None
    failed = lines.of(event("LambdaFunctionFailed", 4, 3, error="E"))
    assert failed is not None
    assert failed.text == "✗ Work failed E"


def test_time_is_counted_from_the_first_event() -> None:
    lines = Lines()
    lines.of(event("ExecutionStarted", at=100.0))
    line = lines.of(event("PassStateEntered", at=101.5, name="P"))
    assert line is not None
    assert line.seconds == 1.5


def test_a_terminal_gets_colours_and_a_file_does_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    report = make_reporter()
    report(event("PassStateEntered", name="P"))
    report(event("ExecutionStarted"))
    assert capsys.readouterr().err == "    0.000 s  → P (Pass)\n"
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    make_reporter()(event("PassStateExited", name="P"))
    assert "\x1b[32m✓ P" in capsys.readouterr().err
