"""What people see of an execution: a line per state, why something failed, and what follows from it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click import unstyle

from statemachine.cli.progress import Reporter
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

TASK = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:000000000000:function:f", "End": True}
RETRY = [{"ErrorEquals": ["E"], "MaxAttempts": 2, "IntervalSeconds": 3}]
CATCH = [{"ErrorEquals": ["States.ALL"], "Next": "Mend"}]


def failure(**details: str) -> list[Row]:
    return [STARTED, ENTERED, SCHEDULED, (3, "LambdaFunctionFailed", details)]


def machine(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


def mapped(inner: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return machine(M={"Type": "Map", "ItemProcessor": machine(T=inner), "End": True, **fields})


def report(rows: list[Row], definition: dict[str, Any] | None = None) -> list[str]:
    """The lines of a history. A row is (the event before, type, details); ids and seconds count from 1."""
    lines: list[str] = []
    reporter = Reporter(lambda line: lines.append(unstyle(line)), definition)
    for id, (previous, type_, *details) in enumerate(rows, 1):
        event = {"type": type_, "id": id, "previousEventId": previous, "timestamp": 100.0 + id / 2}
        reporter(from_aws(event | ({"anyEventDetails": details[0]} if details else {})))
    return lines


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([STARTED, (0, "PassStateEntered", {"name": "P"})], "→ P (Pass)"),
        ([STARTED, (0, "PassStateEntered", {"name": "P"}), (2, "PassStateExited", {"name": "P"})], "✓ P"),
        ([STARTED, (0, "PassStateEntered", {"name": "a\x1b[2J\nb"})], "→ a\\u001b[2J\\nb (Pass)"),
        (failure(error="E"), "✗ T failed: E"),
        (failure(error="E", cause="why"), "✗ T failed: E: why"),
        (failure(), "✗ T failed"),
        (failure(error="E", cause=json.dumps({"errorMessage": "first\nsecond"})), "✗ T failed: E: first"),
        (failure(error="E", cause="Traceback\n  File\nValueError: no\n"), "✗ T failed: E: ValueError: no"),
        (failure(error="E", cause="[1]"), "✗ T failed: E: [1]"),
        (failure(error="E", cause="\x1b[2J"), "✗ T failed: E: \\u001b[2J"),
        (failure(error="E", cause="x" * 500), f"✗ T failed: E: {'x' * 400}…"),
        ([STARTED, ENTERED, SCHEDULED, (3, "LambdaFunctionTimedOut", {"error": "States.Timeout"})],
         "✗ T timed out: States.Timeout"),
        ([*failure(error="E"), (4, "ExecutionFailed", {"error": "E"})], "✗ T failed: E"),
        (MAP, "→ M[3] › T (Task)"),
        ([*MAP, FAILED, (7, "TaskStateAborted")], "✗ M[3] › T failed: E: why"),
        ([*MAP, (6, "TaskStateAborted")], "✗ M[3] › T aborted"),
        ([*MAP, FAILED, (7, "MapIterationFailed", {"name": "M", "index": 3})], "✗ M[3] failed"),
        ([*MAP, FAILED, (7, "MapStateFailed")], "✗ M failed"),
        ([STARTED, ENTERED, (0, "EvaluationFailed", {"error": "States.QueryEvaluationError", "state": "T"})],
         "✗ T failed: States.QueryEvaluationError"),
    ],
)  # fmt: skip
def test_the_last_line(rows: list[Row], line: str) -> None:
    assert report(rows)[-1].split(" s  ")[1] == line


@pytest.mark.parametrize(
    ("state", "rows", "told"),
    [
        ({"Retry": RETRY}, 1, ["! T attempt 1 of 3 failed: E; again in 3.0 s"]),
        (
            {"Retry": RETRY},
            3,
            [
                "! T attempt 1 of 3 failed: E; again in 3.0 s",
                "! T attempt 2 of 3 failed: E; again in 6.0 s",
                "✗ T failed: E",
            ],
        ),
        (
            {"Retry": [{**RETRY[0], "JitterStrategy": "FULL"}], "Catch": CATCH},
            1,
            ["! T attempt 1 of 3 failed: E; again within 3.0 s"],
        ),
        (
            {"Retry": [{**RETRY[0], "ErrorEquals": ["Other"]}], "Catch": CATCH},
            1,
            ["! T failed: E; catches it, next is Mend"],
        ),
        ({"Retry": [{**RETRY[0], "MaxAttempts": 0}], "Catch": CATCH}, 1, ["! T failed: E; catches it, next is Mend"]),
    ],
)
def test_what_follows_from_a_failure_is_told(state: dict[str, Any], rows: int, told: list[str]) -> None:
    events: list[Row] = [STARTED, ENTERED]
    for number in range(rows):
        events += [
            (2 + 2 * number, "LambdaFunctionScheduled"),
            (3 + 2 * number, "LambdaFunctionFailed", {"error": "E"}),
        ]
    lines = report(events, machine(T={**TASK, **state}, Mend={"Type": "Pass", "End": True}))
    assert [line.split(" s  ")[1] for line in lines[1:]] == told


def test_a_map_that_catches_says_so_once() -> None:
    rows = [
        *MAP,
        FAILED,
        (7, "TaskStateAborted"),
        (7, "MapIterationFailed", {"name": "M", "index": 3}),
        (9, "MapStateFailed"),
        (10, "MapStateExited", {"name": "M"}),
    ]
    definition = mapped(TASK, Catch=CATCH)
    assert [line.split(" s  ")[1] for line in report(rows, definition)[2:]] == [
        "! M[3] › T failed: E: why; M catches it, next is Mend",
        "! M caught the failure",
    ]


def test_a_map_that_is_tried_again_says_so_where_its_iteration_fails() -> None:
    (*_, line) = report([*MAP, FAILED], mapped(TASK, Retry=RETRY))
    assert line.endswith("! M[3] › T failed: E: why; M, attempt 1 of 3: again in 3.0 s")


def test_branches_have_the_numbers_of_the_definition() -> None:
    branches = [machine(A=TASK), machine(B=TASK)]
    rows: list[Row] = [
        STARTED,
        (0, "ParallelStateEntered", {"name": "P"}),
        (2, "ParallelStateStarted"),
        (3, "TaskStateEntered", {"name": "B"}),
        (3, "TaskStateEntered", {"name": "A"}),
    ]
    definition = machine(P={"Type": "Parallel", "Branches": branches, "End": True})
    assert [line.split("→ ")[1] for line in report(rows, definition)[1:]] == ["P[1] › B (Task)", "P[0] › A (Task)"]


@pytest.mark.parametrize(
    ("end", "line"),
    [
        (("SUCCEEDED", 1.5, None, None, "next"), "✓ SUCCEEDED in 1.500 s (next)"),
        (("FAILED", 1.5, "E", "new", "next"), "✗ FAILED after 1.500 s: E: new (next)"),
        (("FAILED", 1.5, "E", "why", "next"), "✗ FAILED after 1.500 s: E (next)"),
        (("TIMED_OUT", 90.0, None, None, ""), "✗ TIMED_OUT after 1 min 30 s"),
        (("ABORTED", 1.5, "\x07", None, ""), "✗ ABORTED after 1.500 s: \\u0007"),
    ],
)
def test_the_end_tells_a_cause_that_was_not_told(end: Any, line: str) -> None:
    lines: list[str] = []
    reporter = Reporter(lambda text: lines.append(unstyle(text)))
    for id, (previous, type_, *details) in enumerate(failure(error="E", cause="why"), 1):
        event = {"type": type_, "id": id, "previousEventId": previous, "timestamp": 100.0}
        reporter(from_aws(event | ({"anyEventDetails": details[0]} if details else {})))
    reporter.write_end(*end)
    assert lines[-1] == line


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
    assert report([*MAP, (6, "LambdaFunctionStarted")]) == ["    0.500 s  → M (Map)", "    2.000 s  → M[3] › T (Task)"]
