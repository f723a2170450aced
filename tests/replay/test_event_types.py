"""The table of event types against AWS's own list."""

from __future__ import annotations

import pytest

from statemachine.replay.event_types import EVENT_TYPES, EventType, ends_execution


def test_the_table_has_every_type_of_the_service_model() -> None:
    session = pytest.importorskip("botocore.session").get_session()
    shape = session.get_service_model("stepfunctions").shape_for("HistoryEventType")
    assert set(EVENT_TYPES) == set(shape.enum)


@pytest.mark.parametrize(
    ("type_", "meaning"),
    [
        ("PassStateEntered", EventType("state", "entered", "Pass")),
        ("MapStateStarted", EventType("children", "started", "Map")),
        ("ParallelStateFailed", EventType("children", "failed", "Parallel")),
        ("TaskStateAborted", EventType("state", "aborted", "Task")),
        ("LambdaFunctionScheduleFailed", EventType("task", "failed")),
        ("ActivityTimedOut", EventType("task", "timed out")),
        ("EvaluationFailed", EventType("evaluation", "failed")),
        ("MapIterationStarted", EventType("iteration", "started")),
    ],
)
def test_a_type_means(type_: str, meaning: EventType) -> None:
    assert EVENT_TYPES[type_] == meaning


def test_what_ends_an_execution() -> None:
    assert {type_ for type_ in EVENT_TYPES if ends_execution(type_)} == {
        "ExecutionSucceeded",
        "ExecutionFailed",
        "ExecutionTimedOut",
        "ExecutionAborted",
    }
    assert not ends_execution("SomethingNew")
