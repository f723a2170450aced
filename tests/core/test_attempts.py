"""What belongs to an attempt belongs to that attempt alone: its token, its time, its failure."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.core import step_builder
from statemachine.core.events import DefectFound, StartRequested, TaskFailure, TimerFired
from statemachine.core.model import Checkpoint
from statemachine.core.step_builder import StepContext
from tests.core.law6 import checked_advance
from tests.core.script import START, Run

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"
ALL = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2}


def machine(**state: Any) -> dict[str, Any]:
    """A machine of one state."""
    return {"StartAt": "S", "States": {"S": {**state, "End": True}}}


def test_the_children_of_a_retried_fork_have_tokens_of_their_own() -> None:
    branch = {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": FUNCTION, "End": True}}}
    run = Run(machine(Type="Parallel", Branches=[branch], Retry=[ALL]))
    run.send(StartRequested())
    tokens = []
    for _ in range(3):
        tokens.append(run.token("/00000"))
        run.send(TaskFailure("/00000", tokens[-1], error="Busy"))
        waiting = run.scopes[""].waiting if "" in run.scopes else None
        if waiting is not None:
            run.now += 10
            run.send(TimerFired("", waiting.attempt))
    assert len(set(tokens)) == 3


def test_a_late_answer_to_an_earlier_child_is_stale() -> None:
    branch = {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": FUNCTION, "End": True}}}
    run = Run(machine(Type="Parallel", Branches=[branch, branch], Retry=[ALL]))
    run.send(StartRequested())
    early = run.token("/00001")
    run.send(TaskFailure("/00000", run.token("/00000"), error="Busy"))
    waiting = run.scopes[""].waiting
    assert waiting is not None
    run.now += 10
    run.send(TimerFired("", waiting.attempt))
    assert not run.send(TaskFailure("/00001", early, error="Late"))


@pytest.mark.parametrize("fraction", [0.0, 0.000456, 0.000999])
def test_a_time_out_is_no_missed_heartbeat_even_if_its_timer_fires_within_the_same_millisecond(fraction: float) -> None:
    never = {"ErrorEquals": ["States.HeartbeatTimeout"], "MaxAttempts": 0}
    run = Run(machine(Type="Task", Resource=FUNCTION, TimeoutSeconds=5, Retry=[never, ALL]), now=START + fraction)
    run.send(StartRequested())
    waiting = run.scopes[""].waiting
    assert waiting is not None
    run.now = START + 5
    assert run.send(TimerFired("", waiting.attempt))
    assert run.execution.status == "RUNNING"


def test_a_history_that_is_full_when_an_answer_comes_ends_the_execution(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(machine(Type="Task", Resource=FUNCTION))
    run.send(StartRequested())
    monkeypatch.setattr(step_builder, "HISTORY_EVENTS_MAX", run.execution.events + 1)
    assert run.send(TaskFailure("", run.token(""), error="Busy"))
    assert (run.execution.status, run.execution.error) == ("FAILED", "States.Runtime")


def test_a_defect_at_the_start_leaves_a_whole_history() -> None:
    run = Run(machine(Type="Pass"))
    step = checked_advance(run.machine, Checkpoint(run.execution, {}), DefectFound("ours"), StepContext(START, ()))
    assert [event.type for event in step.history] == ["ExecutionStarted", "ExecutionFailed"]
