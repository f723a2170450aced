"""What a scope can wait for, one type per wait: the command that was given and the promise to take its answer, in one.

A wait is stored in the row of its scope, with its tag as the member `type`. `attempt` tells it from earlier waits of
the same scope. All times are in epoch seconds. Plain data; knows no event.
"""

from __future__ import annotations

import msgspec

from statemachine.core.payload import Payload


class TimerWait(msgspec.Struct, frozen=True, omit_defaults=True, tag="timer"):
    """A Wait state waits until `due`: an `absolute` time of the wall clock, or the end of some seconds."""

    attempt: str
    due: float
    absolute: bool = False


class RetryWait(msgspec.Struct, frozen=True, tag="retry"):
    """A state that failed waits until `due` for its next attempt."""

    attempt: str
    due: float


class TaskWait(msgspec.Struct, frozen=True, omit_defaults=True, tag="task"):
    """A Task state waits for its task.

    `timeout` and `heartbeat` are in seconds; `timeout_at` and `heartbeat_at` are the times at which they run out.
    `taken` says that a worker has taken the activity task, `submitted` that the call of a .waitForTaskToken task has
    returned and only the token's answer is missing. `scheduled` is the time of its …Scheduled event.
    """

    attempt: str
    resource: str
    arguments: Payload
    scheduled: float = 0.0
    timeout: float | None = None
    heartbeat: float | None = None
    timeout_at: float | None = None
    heartbeat_at: float | None = None
    taken: bool = False
    submitted: bool = False

    @property
    def due(self) -> float | None:
        """When the task runs out of time, None if it has no limit."""
        if self.timeout_at is None or self.heartbeat_at is None:
            return self.heartbeat_at if self.timeout_at is None else self.timeout_at
        return min(self.timeout_at, self.heartbeat_at)


class ChildrenWait(msgspec.Struct, frozen=True, tag="children"):
    """A Map or Parallel waits for its iterations or branches."""

    attempt: str


class TurnWait(msgspec.Struct, frozen=True, tag="turn"):
    """The step was long enough: the scope lets other executions go first."""

    attempt: str


TimedWait = TimerWait | RetryWait | TaskWait
"""Waits that have `due`."""
Wait = TimedWait | ChildrenWait | TurnWait
