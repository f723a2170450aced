"""What event types mean: the table has every type of the service model, and says of each what its name says."""

from __future__ import annotations

from typing import get_args

import pytest

from statemachine.core.event_types import MEANINGS, Meaning, ends_execution
from statemachine.core.events import Event


def test_every_type_of_the_service_model_has_a_meaning_and_no_other() -> None:
    model = pytest.importorskip("botocore.session").get_session().get_service_model("stepfunctions")
    assert set(MEANINGS) == set(model.shape_for("HistoryEventType").enum)


def test_no_event_that_comes_in_is_called_like_a_history_event() -> None:
    assert not {event.__name__ for event in get_args(Event)} & set(MEANINGS)


@pytest.mark.parametrize(
    ("type_", "meaning"),
    [
        ("ExecutionTimedOut", Meaning("execution", "timed_out")),
        ("PassStateEntered", Meaning("state", "entered", "Pass")),
        ("MapStateStarted", Meaning("children", "started", "Map")),
        ("ParallelStateFailed", Meaning("children", "failed", "Parallel")),
        ("TaskStateAborted", Meaning("state", "aborted", "Task")),
        ("TaskStarted", Meaning("task", "started")),
        ("LambdaFunctionScheduled", Meaning("task", "scheduled")),
        ("LambdaFunctionScheduleFailed", Meaning("task", "failed")),
        ("LambdaFunctionStartFailed", Meaning("task", "failed")),
        ("ActivityTimedOut", Meaning("task", "timed_out")),
        ("MapIterationAborted", Meaning("iteration", "aborted")),
        ("MapRunRedriven", Meaning("map_run", "redriven")),
        ("EvaluationFailed", Meaning("evaluation", "failed")),
    ],
)
def test_a_type_means_what_its_name_says(type_: str, meaning: Meaning) -> None:
    assert MEANINGS[type_] == meaning


def test_what_ends_an_execution() -> None:
    assert {type_ for type_ in MEANINGS if ends_execution(type_)} == {
        "ExecutionSucceeded",
        "ExecutionFailed",
        "ExecutionTimedOut",
        "ExecutionAborted",
    }
    assert not ends_execution("SomethingNew")
