"""What can happen to an execution from outside, one type per event. Plain data; knows no wait and no rule.

An event comes in; history events are then noted. So that the two are not confused, no event is called like a type of
history event.
"""

from __future__ import annotations

import msgspec

from statemachine.core.payload import Payload


class StartRequested(msgspec.Struct, frozen=True, tag=True):
    """The execution shall begin to run."""


class StartQueued(msgspec.Struct, frozen=True, tag=True):
    """The execution is accepted and must wait for its start."""


class StopRequested(msgspec.Struct, frozen=True, tag=True):
    """Someone stops the execution, for the reason given (StopExecution)."""

    error: str | None = None
    cause: str | None = None


class DeadlineReached(msgspec.Struct, frozen=True, tag=True):
    """The time of the whole execution is over (TimeoutSeconds of the state machine). `due` as in TimerFired."""

    due: float | None = None


class DefectFound(msgspec.Struct, frozen=True, tag=True):
    """The interpreter itself failed on the event before; `cause` says how."""

    cause: str


class TaskEvent(msgspec.Struct, frozen=True):
    """Base class of the events of a task. Only the token of the task's current attempt is accepted."""

    scope: str
    token: str


class TaskReturned(TaskEvent, frozen=True, tag=True):
    """The kind of task has done its work and gives this output. With .waitForTaskToken the task is not over yet:
    another event brings its result."""

    output: Payload


class TaskSuccess(TaskEvent, frozen=True, tag=True):
    """The task has succeeded with this output (SendTaskSuccess)."""

    output: Payload


class TaskFailure(TaskEvent, frozen=True, tag=True):
    """The task has failed (SendTaskFailure)."""

    error: str | None = None
    cause: str | None = None


class TaskHeartbeat(TaskEvent, frozen=True, tag=True):
    """The task is alive (SendTaskHeartbeat)."""


class TaskTaken(TaskEvent, frozen=True, tag=True):
    """A worker has taken the activity task (GetActivityTask). `worker` is the name it gave, None if it gave none."""

    worker: str | None = None


class WaitEvent(msgspec.Struct, frozen=True):
    """Base class of the events that end a wait. `attempt` is that of the wait; any other attempt is stale."""

    scope: str
    attempt: str


class TimerFired(WaitEvent, frozen=True, tag=True):
    """The time that a scope waits for has come. `due` is that time; None says that the time of the step decides."""

    due: float | None = None


class TurnCame(WaitEvent, frozen=True, tag=True):
    """A scope that had to let other executions go first may go on."""


ExecutionEvent = StartRequested | StartQueued | StopRequested | DeadlineReached | DefectFound
"""Events of the whole execution."""
ScopeEvent = TaskReturned | TaskSuccess | TaskFailure | TaskHeartbeat | TaskTaken | TimerFired | TurnCame
"""Events of one scope, which must wait for them."""
Event = ExecutionEvent | ScopeEvent
