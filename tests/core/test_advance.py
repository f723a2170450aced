"""The tables of `advance`: an event is accepted for the waits and statuses that they name, and stale for all others."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from statemachine.core.advance import ACCEPTS, ACCEPTS_BY_STATUS, NEW
from statemachine.core.events import (
    DeadlineReached,
    DefectFound,
    Event,
    ExecutionEvent,
    ScopeEvent,
    StartQueued,
    StartRequested,
    StopRequested,
    TaskFailure,
    TaskHeartbeat,
    TaskReturned,
    TaskSuccess,
    TaskTaken,
    TimerFired,
    TurnCame,
)
from statemachine.core.model import ENDED
from statemachine.core.payload import Payload
from statemachine.core.waits import ChildrenWait, RetryWait, TaskWait, TimedWait, TimerWait, TurnWait, Wait
from tests.core.script import Run

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"
TASK = {"Type": "Task", "Resource": FUNCTION, "TimeoutSeconds": 5, "End": True}
RETRIED = {**TASK, "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5}]}
PASSES = {f"P{number}": {"Type": "Pass", "Next": f"P{number + 1}"} for number in range(101)}


def machine(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states, "TimeoutSeconds": 1_000}


WAITING: dict[type[Wait], dict[str, Any]] = {
    TimerWait: machine(W={"Type": "Wait", "Seconds": 5, "End": True}),
    RetryWait: machine(T=RETRIED),
    TaskWait: machine(T=TASK),
    ChildrenWait: machine(M={"Type": "Map", "ItemProcessor": machine(T=TASK), "ItemsPath": "$", "End": True}),
    TurnWait: machine(**PASSES, P101={"Type": "Pass", "End": True}),
}
"""Definitions whose root scope comes to wait in that way."""


def waiting(wait: type[Wait]) -> Run:
    """An execution whose root scope waits in that way."""
    run = Run(WAITING[wait], "[1, 2]")
    assert run.send(StartRequested())
    if wait is RetryWait:
        assert run.send(TaskFailure("", run.token(""), "Busy"))
    assert type(run.scopes[""].waiting) is wait
    return run


def event_for(run: Run, event: type[ScopeEvent], token: str | None = None, attempt: str | None = None) -> ScopeEvent:
    """The event for the root scope, with the token and the attempt of its wait."""
    scope = run.scopes[""]
    token, attempt = token or run.token(""), attempt or scope.attempt
    made: dict[type[ScopeEvent], ScopeEvent] = {
        TaskReturned: TaskReturned("", token, Payload(text="1")),
        TaskSuccess: TaskSuccess("", token, Payload(text="1")),
        TaskFailure: TaskFailure("", token),
        TaskHeartbeat: TaskHeartbeat("", token),
        TaskTaken: TaskTaken("", token),
        TimerFired: TimerFired("", attempt),
        TurnCame: TurnCame("", attempt),
    }
    return made[event]


@pytest.mark.parametrize("wait", get_args(Wait))
@pytest.mark.parametrize("event", get_args(ScopeEvent))
def test_an_event_is_accepted_by_the_waits_of_the_table(event: type[ScopeEvent], wait: type[Wait]) -> None:
    run = waiting(wait)
    run.now += 5
    assert run.send(event_for(run, event)) == ((event, wait) in ACCEPTS)


@pytest.mark.parametrize(("event", "wait"), ACCEPTS)
def test_an_event_of_an_earlier_attempt_is_stale(event: type[ScopeEvent], wait: type[Wait]) -> None:
    run = waiting(wait)
    run.now += 5
    assert not run.send(event_for(run, event, token="b64", attempt="0.9"))


@pytest.mark.parametrize("wait", get_args(TimedWait))
def test_a_timer_that_fires_too_early_is_stale(wait: type[Wait]) -> None:
    run = waiting(wait)
    run.now += 4.99
    assert not run.send(event_for(run, TimerFired))
    run.now += 0.0095
    assert run.send(event_for(run, TimerFired))


@pytest.mark.parametrize("event", get_args(ScopeEvent))
def test_an_event_for_a_scope_that_is_not_there_is_stale(event: type[ScopeEvent]) -> None:
    run = waiting(TaskWait)
    run.now += 5
    assert not run.send(msgspec.structs.replace(event_for(run, event), scope="/00000"))


def with_status(status: str) -> Run:
    """An execution with that status, and its deadline reached."""
    run = Run(WAITING[TaskWait])
    if status == "PENDING":
        assert run.send(StartQueued())
    elif status != NEW:
        assert run.send(StartRequested())
        run.now += 1_000
    if status in ENDED:
        ends: dict[str, Event] = {
            "SUCCEEDED": TaskSuccess("", run.token(""), Payload(text="1")),
            "FAILED": DefectFound("ours"),
            "TIMED_OUT": DeadlineReached(),
            "ABORTED": StopRequested(),
        }
        assert run.send(ends[status])
    return run


@pytest.mark.parametrize("status", [NEW, "PENDING", "RUNNING", *ENDED])
@pytest.mark.parametrize("event", get_args(ExecutionEvent))
def test_an_event_is_accepted_in_the_statuses_of_the_table(event: type[ExecutionEvent], status: str) -> None:
    run = with_status(status)
    assert status in (NEW, run.execution.status)
    made: ExecutionEvent = DefectFound("ours") if event is DefectFound else event()
    assert run.send(made) == ((event, status) in ACCEPTS_BY_STATUS)


def test_a_deadline_that_is_not_reached_is_stale() -> None:
    run = waiting(TaskWait)
    run.now += 999.9
    assert not run.send(DeadlineReached())


def test_a_stale_event_changes_nothing() -> None:
    run = waiting(TaskWait)
    before = (run.execution, dict(run.scopes), list(run.history))
    assert not run.send(TimerFired("", run.scopes[""].attempt))
    assert (run.execution, run.scopes, run.history) == before
