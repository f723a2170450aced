"""The one entry point: every change of an execution goes through `advance`.

Two tables decide what an event does: ACCEPTS for the events of a scope that waits, ACCEPTS_BY_STATUS for those of the
whole execution. If a pair is not in its table, the event is stale and changes nothing. Tokens, attempts and times are
checked here and nowhere else. The handlers for tasks are in `tasks`; `run` then does everything that is ready.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from statemachine.core import tasks
from statemachine.core.compile import Machine
from statemachine.core.context import task_token
from statemachine.core.events import (
    DeadlineReached,
    DefectFound,
    Event,
    ExecutionEvent,
    ScopeEvent,
    StartQueued,
    StartRequested,
    StopRequested,
    TaskEvent,
    TaskFailure,
    TaskHeartbeat,
    TaskReturned,
    TaskSuccess,
    TaskTaken,
    TimerFired,
    TurnCame,
    WaitEvent,
)
from statemachine.core.model import UNENDED, Checkpoint, Execution, Scope, Step
from statemachine.core.run import end, run
from statemachine.core.step_builder import HistoryExhausted, StepBuilder, StepContext
from statemachine.core.token import same_token
from statemachine.core.waits import RetryWait, TaskWait, TimedWait, TimerWait, TurnWait, Wait

TIMER_TOLERANCE = 0.001
"""Ours: a timer may fire this many seconds early, because its time is stored in whole milliseconds."""
NEW = "NEW"
"""Stands in ACCEPTS_BY_STATUS for an execution that is neither stored nor PENDING. Never stored and never shown."""


def advance(machine: Machine, checkpoint: Checkpoint, event: Event, context: StepContext) -> Step:
    """Step one event: give what it does to the execution.

    Changes nothing that was passed in, not even if it raises. The step is `stale` if nothing waits for the event: the
    execution has ended, or the event's token or attempt belongs to an earlier wait. So an event may come twice.
    """
    step = StepBuilder(machine, checkpoint, context)
    try:
        accepted = _accept(step, event)
        if accepted:
            run(step)
    except HistoryExhausted:
        accepted = True
        end(step, "FAILED", "States.Runtime", "The execution reached the maximum number of history events (25000).")
    built = step.build()
    built.stale = not accepted
    return built


def _accept(step: StepBuilder, event: Event) -> bool:
    """Let the handler of the event do its work; False if the event is stale."""
    if step.execution.status not in UNENDED:
        return False
    if not isinstance(event, (TaskEvent, WaitEvent)):
        return _accept_for_execution(step, event)
    scope = step.read(event.scope)
    if scope is None or scope.waiting is None:
        return False
    wait = scope.waiting
    handler = ACCEPTS.get((type(event), type(wait)))
    if handler is None or not _belongs(step, scope, wait, event):
        return False
    handler(step, step.edit(event.scope), wait, event)
    return True


def _accept_for_execution(step: StepBuilder, event: ExecutionEvent) -> bool:
    handler = ACCEPTS_BY_STATUS.get((type(event), _status(step.execution)))
    if handler is None or (
        isinstance(event, DeadlineReached) and not _is_due(step, step.execution.deadline, event.due)
    ):
        return False
    handler(step, event)
    return True


def _belongs(step: StepBuilder, scope: Scope, wait: Wait, event: ScopeEvent) -> bool:
    """Is the event for this very wait? A task's event must carry the token of the attempt, a timer must be due."""
    if isinstance(event, TaskEvent):
        return same_token(event.token, task_token(step.execution, scope))
    if wait.attempt != event.attempt:
        return False
    return not isinstance(event, TimerFired) or (isinstance(wait, TimedWait) and _is_due(step, wait.due, event.due))


def _is_due(step: StepBuilder, due: float | None, fired: float | None) -> bool:
    """Is the time that is waited for the one of the timer that has fired? The wall clock may show another time."""
    if due is None or fired is None:
        return due is not None and step.now >= due - TIMER_TOLERANCE
    return abs(due - fired) <= TIMER_TOLERANCE


def _status(execution: Execution) -> str:
    return NEW if execution.status == "RUNNING" and not execution.events else execution.status


def resume_state(step: StepBuilder, scope: Scope, wait: TimerWait, event: TimerFired) -> None:
    """A Wait state has waited long enough."""
    step.answered(scope)
    step.ready.append((scope.path, "resume", None))


def enter_state(step: StepBuilder, scope: Scope, wait: RetryWait | TurnWait, event: TimerFired | TurnCame) -> None:
    """Enter the state whose turn has come, or begin the next attempt of one that is retried."""
    step.answered(scope)
    step.ready.append((scope.path, "enter", None))


def begin(step: StepBuilder, event: ExecutionEvent) -> None:
    """Begin the execution: note it, and enter the first state."""
    execution = step.execution
    execution.status = "RUNNING"
    root = Scope("", step.machine.start, execution.input, entries=1)
    step.add(root)
    step.note("ExecutionStarted", root, 0, {"input": execution.input, "roleArn": execution.role_arn})
    if step.machine.timeout is not None:
        execution.deadline = step.now + step.machine.timeout
    step.ready.append(("", "enter", None))


def queue(step: StepBuilder, event: StartQueued) -> None:
    """Let the execution wait for its start. It has no scope and no history event until then."""
    step.execution.status = "PENDING"


def stop(step: StepBuilder, event: StopRequested) -> None:
    """End the execution as aborted."""
    _begin_if_new(step, event)
    end(step, "ABORTED", event.error, event.cause)


def time_out(step: StepBuilder, event: DeadlineReached) -> None:
    """End the execution as timed out."""
    end(step, "TIMED_OUT")


def fail(step: StepBuilder, event: DefectFound) -> None:
    """Fail the execution that the defect struck, and no other."""
    _begin_if_new(step, event)
    end(step, "FAILED", "States.Runtime", event.cause)


def _begin_if_new(step: StepBuilder, event: ExecutionEvent) -> None:
    """Every history begins with the start, even if only the end follows."""
    if not step.execution.events:
        begin(step, event)


ScopeHandler = Callable[[StepBuilder, Scope, Any, Any], None]
"""Is given the scope for editing, its wait, and the event."""
ExecutionHandler = Callable[[StepBuilder, Any], None]

ACCEPTS: dict[tuple[type[ScopeEvent], type[Wait]], ScopeHandler] = {
    (TimerFired, TimerWait): resume_state,
    (TimerFired, RetryWait): enter_state,
    (TimerFired, TaskWait): tasks.time_out,
    (TurnCame, TurnWait): enter_state,
    (TaskTaken, TaskWait): tasks.start_activity,
    (TaskHeartbeat, TaskWait): tasks.extend_heartbeat,
    (TaskReturned, TaskWait): tasks.submit_or_succeed,
    (TaskSuccess, TaskWait): tasks.succeed,
    (TaskFailure, TaskWait): tasks.fail,
}
"""Event × wait."""

ACCEPTS_BY_STATUS: dict[tuple[type[ExecutionEvent], str], ExecutionHandler] = {
    (StartRequested, NEW): begin,
    (StartRequested, "PENDING"): begin,
    (StartQueued, NEW): queue,
    (StopRequested, "PENDING"): stop,
    (StopRequested, "RUNNING"): stop,
    (DeadlineReached, "RUNNING"): time_out,
    (DefectFound, NEW): fail,
    (DefectFound, "PENDING"): fail,
    (DefectFound, "RUNNING"): fail,
}
"""Event × status of the execution. An execution that has ended accepts nothing."""
