"""The one door: every change of an execution goes through `advance`.

Total for whoever calls it: a repeated or stale event is harmless and reported as such. Knows which event concerns
which wait; what then happens is in `run`, `tasks` and `children`.
"""

from __future__ import annotations

from collections.abc import Callable

from statemachine.core import tasks
from statemachine.core.compile import Machine
from statemachine.core.context import task_token
from statemachine.core.model import UNENDED, Event, Scope, Step, Waiting
from statemachine.core.run import end, run
from statemachine.core.token import same_token
from statemachine.core.walk import Checkpoint, HistoryExhausted, Moment, Walk

TIMER_TOLERANCE = 0.001
"""Ours: a timer may fire this many seconds early, because its moment is stored in whole milliseconds."""


def advance(machine: Machine, checkpoint: Checkpoint, event: Event, moment: Moment) -> Step:
    """What `event` does to the execution.

    Nothing that was passed in is changed, not even when this raises. The step is `stale` when nobody waits for the
    event: the execution has ended, or the token or attempt belongs to an earlier wait.
    """
    walk = Walk(machine, checkpoint, moment)
    try:
        handled = checkpoint.execution.status in UNENDED and _HANDLERS[event.kind](walk, event)
        if handled:
            run(walk)
    except HistoryExhausted:
        handled = True
        end(walk, "FAILED", "States.Runtime", "The execution reached the maximum number of history events (25000).")
    step = walk.step()
    step.stale = not handled
    return step


def _started(walk: Walk, event: Event) -> bool:
    execution = walk.execution
    if execution.events:
        return False
    execution.status = "RUNNING"
    root = Scope("", walk.machine.start, execution.input, entries=1)
    walk.begin(root)
    walk.note("ExecutionStarted", root, 0, {"input": execution.input, "roleArn": execution.role_arn})
    if walk.machine.timeout is not None:
        execution.deadline = walk.now + walk.machine.timeout
    walk.ready.append(("", "enter", None))
    return True


def _queued(walk: Walk, event: Event) -> bool:
    """The start must wait: the execution is there, and nothing of it has happened."""
    if walk.execution.events or walk.execution.status == "PENDING":
        return False
    walk.execution.status = "PENDING"
    return True


def _answered(walk: Walk, event: Event) -> bool:
    """An answer to a task: it must bear the token of the attempt that waits."""
    known = walk.peek(event.scope)
    if known is None or known.waiting is None or known.waiting.kind != "task":
        return False
    if not same_token(event.token, task_token(walk.execution, known)):
        return False
    scope, waiting = walk.known(event.scope), known.waiting
    if event.kind == "succeeded":
        assert event.output is not None
        tasks.succeeded(walk, scope, event.output)
    elif event.kind == "returned":
        assert event.output is not None
        tasks.returned(walk, scope, waiting, event.output)
    elif event.kind == "failed":
        tasks.failed(walk, scope, event)
    elif event.kind == "taken":
        tasks.picked_up(walk, scope, waiting, event.worker)
    else:
        tasks.heartbeat(walk, scope, waiting)
    return True


def _fired(walk: Walk, event: Event) -> bool:
    """A timer: it must belong to the wait of now, and be due."""
    found = _waiting(walk, event)
    if found is None:
        return False
    scope, waiting = found
    if waiting.due is None or walk.now < waiting.due - TIMER_TOLERANCE:
        return False
    if waiting.kind == "task":
        tasks.timed_out(walk, scope, waiting)
        return True
    walk.settle(scope)
    walk.ready.append((scope.path, "resume" if waiting.kind == "timer" else "enter", None))
    return True


def _turn(walk: Walk, event: Event) -> bool:
    found = _waiting(walk, event)
    if found is None or found[1].kind != "turn":
        return False
    walk.settle(found[0])
    walk.ready.append((event.scope, "enter", None))
    return True


def _stopped(walk: Walk, event: Event) -> bool:
    _begin_if_pending(walk, event)
    end(walk, "ABORTED", event.error, event.cause)
    return True


def _defect(walk: Walk, event: Event) -> bool:
    """Our own mistake fails this execution and no other."""
    _begin_if_pending(walk, event)
    end(walk, "FAILED", "States.Runtime", event.cause)
    return True


def _begin_if_pending(walk: Walk, event: Event) -> None:
    """Every history begins with its start, even when nothing more comes than its end."""
    if not walk.execution.events:
        _started(walk, event)


def _deadline(walk: Walk, event: Event) -> bool:
    deadline = walk.execution.deadline
    if deadline is None or walk.now < deadline - TIMER_TOLERANCE:
        return False
    end(walk, "TIMED_OUT")
    return True


def _waiting(walk: Walk, event: Event) -> tuple[Scope, Waiting] | None:
    scope = walk.peek(event.scope)
    if scope is None or scope.waiting is None or scope.waiting.attempt != event.attempt:
        return None
    return walk.known(event.scope), scope.waiting


_HANDLERS: dict[str, Callable[[Walk, Event], bool]] = {
    "started": _started,
    "queued": _queued,
    "returned": _answered,
    "succeeded": _answered,
    "failed": _answered,
    "taken": _answered,
    "heartbeat": _answered,
    "fired": _fired,
    "turn": _turn,
    "stopped": _stopped,
    "deadline": _deadline,
    "defect": _defect,
}
