"""After an outage of the server a worker has a whole heartbeat period, and a time-out waits until results are heard."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.core.events import StartRequested, TaskTaken, TimerFired
from statemachine.core.model import Checkpoint, Step
from statemachine.core.step_builder import StepContext
from statemachine.core.tasks import HEARING_SECONDS
from statemachine.core.waits import TaskWait
from tests.core.law6 import checked_advance
from tests.core.script import START, Run

ACTIVITY = "arn:aws:states:us-east-1:000000000000:activity:work"
H = 5


def taken(**limits: Any) -> Run:
    """An activity task that a worker took at START."""
    state = {"Type": "Task", "Resource": ACTIVITY, **limits, "End": True}
    run = Run({"StartAt": "T", "States": {"T": state}}, activities=frozenset({ACTIVITY}))
    run.send(StartRequested())
    run.send(TaskTaken("", run.token("")))
    return run


def fire(run: Run, now: float, listening_since: float) -> Step:
    waiting = run.scopes[""].waiting
    assert isinstance(waiting, TaskWait)
    event = TimerFired("", waiting.attempt, waiting.due)
    context = StepContext(now, run.activities, listening_since=listening_since)
    return checked_advance(run.machine, Checkpoint(run.execution, run.scopes), event, context)


def due(step: Step) -> float | None:
    scope = step.scopes[""]
    assert scope is not None
    assert isinstance(scope.waiting, TaskWait)
    return scope.waiting.due


def ended(step: Step) -> bool:
    return step.execution.status == "FAILED"


@pytest.mark.parametrize("since", [START + 1, START + 8, START + 100])
def test_a_heartbeat_that_could_not_be_heard_gets_a_whole_period(since: float) -> None:
    step = fire(taken(HeartbeatSeconds=H), max(since, START + H), since)
    assert not step.history
    assert due(step) == since + H
    assert [command.extended for command in step.commands] == [True]


def test_the_grace_is_one_period() -> None:
    run = taken(HeartbeatSeconds=H)
    since = START + 8
    step = fire(run, since, since)
    run.scopes.update({path: scope for path, scope in step.scopes.items() if scope is not None})
    assert ended(fire(run, since + H, since))


@pytest.mark.parametrize("since", [0.0, START - 100, START])
def test_a_worker_that_could_be_heard_has_no_grace(since: float) -> None:
    assert ended(fire(taken(HeartbeatSeconds=H), START + H, since))


def test_a_time_out_waits_until_what_came_is_heard_and_no_longer() -> None:
    run = taken(TimeoutSeconds=H)
    since = START + 60
    step = fire(run, since, since)
    assert due(step) == since + HEARING_SECONDS
    run.scopes.update({path: scope for path, scope in step.scopes.items() if scope is not None})
    assert ended(fire(run, since + HEARING_SECONDS, since))
