"""The one door: every change of an execution goes through `advance`.

Total for whoever calls it: a repeated or stale event is harmless and reported as such. Knows which event concerns
which wait; what then happens is in `run`, `tasks` and `children`.
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
from statemachine.core.model import UNENDED, Checkpoint, Scope, Step
from statemachine.core.run import end, run
from statemachine.core.step_builder import HistoryExhausted, StepBuilder, StepContext
from statemachine.core.token import same_token
from statemachine.core.waits import TaskWait, TimedWait, TimerWait, TurnWait, Wait

TIMER_TOLERANCE = 0.001
"""Ours: a timer may fire this many seconds early, because its moment is stored in whole milliseconds."""


def advance(machine: Machine, checkpoint: Checkpoint, event: Event, context: StepContext) -> Step:
    """What `event` does to the execution.

    Nothing that was passed in is changed, not even when this raises. The step is `stale` when nobody waits for the
    event: the execution has ended, or the token or attempt belongs to an earlier wait.
    """
    step = StepBuilder(machine, checkpoint, context)
    try:
        handled = checkpoint.execution.status in UNENDED and _HANDLERS[type(event)](step, event)
        if handled:
            run(step)
    except HistoryExhausted:
        handled = True
        end(step, "FAILED", "States.Runtime", "The execution reached the maximum number of history events (25000).")
    built = step.build()
    built.stale = not handled
    return built


def _started(step: StepBuilder, event: object) -> bool:
    execution = step.execution
    if execution.events:
        return False
    execution.status = "RUNNING"
    root = Scope("", step.machine.start, execution.input, entries=1)
    step.add(root)
    step.note("ExecutionStarted", root, 0, {"input": execution.input, "roleArn": execution.role_arn})
    if step.machine.timeout is not None:
        execution.deadline = step.now + step.machine.timeout
    step.ready.append(("", "enter", None))
    return True


def _queued(step: StepBuilder, event: StartQueued) -> bool:
    """The start must wait: the execution is there, and nothing of it has happened."""
    if step.execution.events or step.execution.status == "PENDING":
        return False
    step.execution.status = "PENDING"
    return True


def _answered(step: StepBuilder, event: TaskEvent) -> bool:
    """An answer to a task: it must bear the token of the attempt that waits."""
    known = step.read(event.scope)
    if known is None or not isinstance(known.waiting, TaskWait):
        return False
    if not same_token(event.token, task_token(step.execution, known)):
        return False
    scope, waiting = step.edit(event.scope), known.waiting
    if isinstance(event, TaskSuccess):
        tasks.succeeded(step, scope, event.output)
    elif isinstance(event, TaskReturned):
        tasks.returned(step, scope, waiting, event.output)
    elif isinstance(event, TaskFailure):
        tasks.failed(step, scope, event)
    elif isinstance(event, TaskTaken):
        tasks.picked_up(step, scope, waiting, event.worker)
    else:
        tasks.heartbeat(step, scope, waiting)
    return True


def _fired(step: StepBuilder, event: TimerFired) -> bool:
    """A timer: it must belong to the wait of now, and be due."""
    found = _waiting(step, event)
    if found is None:
        return False
    scope, waiting = found
    if not isinstance(waiting, TimedWait) or waiting.due is None or step.now < waiting.due - TIMER_TOLERANCE:
        return False
    if isinstance(waiting, TaskWait):
        tasks.timed_out(step, scope, waiting)
        return True
    step.answered(scope)
    step.ready.append((scope.path, "resume" if isinstance(waiting, TimerWait) else "enter", None))
    return True


def _turn(step: StepBuilder, event: TurnCame) -> bool:
    found = _waiting(step, event)
    if found is None or not isinstance(found[1], TurnWait):
        return False
    step.answered(found[0])
    step.ready.append((event.scope, "enter", None))
    return True


def _stopped(step: StepBuilder, event: StopRequested) -> bool:
    _begin_if_pending(step, event)
    end(step, "ABORTED", event.error, event.cause)
    return True


def _defect(step: StepBuilder, event: DefectFound) -> bool:
    """Our own mistake fails this execution and no other."""
    _begin_if_pending(step, event)
    end(step, "FAILED", "States.Runtime", event.cause)
    return True


def _begin_if_pending(step: StepBuilder, event: object) -> None:
    """Every history begins with its start, even when nothing more comes than its end."""
    if not step.execution.events:
        _started(step, event)


def _deadline(step: StepBuilder, event: DeadlineReached) -> bool:
    deadline = step.execution.deadline
    if deadline is None or step.now < deadline - TIMER_TOLERANCE:
        return False
    end(step, "TIMED_OUT")
    return True


def _waiting(step: StepBuilder, event: WaitEvent) -> tuple[Scope, Wait] | None:
    scope = step.read(event.scope)
    if scope is None or scope.waiting is None or scope.waiting.attempt != event.attempt:
        return None
    return step.edit(event.scope), scope.waiting


_HANDLERS: dict[type[Event], Callable[[StepBuilder, Any], bool]] = {
    StartRequested: _started,
    StartQueued: _queued,
    TaskReturned: _answered,
    TaskSuccess: _answered,
    TaskFailure: _answered,
    TaskTaken: _answered,
    TaskHeartbeat: _answered,
    TimerFired: _fired,
    TurnCame: _turn,
    StopRequested: _stopped,
    DeadlineReached: _deadline,
    DefectFound: _defect,
}
