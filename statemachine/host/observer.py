"""The reports of a host to its observers: commits, commits that failed, recovery.

Must not know logs and metrics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from statemachine.core.model import Execution, StatusChange

TaskOutcome = Literal["Succeeded", "Failed", "TimedOut"]


@dataclass(frozen=True, slots=True)
class TaskEnd:
    """The end of one attempt of a task.

    `execution` is an id; `attempt` counts from 1 in each entry of the state; `seconds` go from the task's scheduling to
    its end.
    """

    execution: str
    state: str
    resource: str
    attempt: int
    outcome: TaskOutcome
    error: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Commit:
    """One durable transaction.

    `rows` is the number of rows that it wrote; `seconds` go from its submission until the host was told that it is
    durable. `started` are the executions that began to run or were stopped while PENDING, `ended` those that ended,
    `tasks` the attempts that ended. `history_events` is the number of history events that it wrote. `status_changes`
    has one entry for each execution whose status changed.
    """

    rows: int
    seconds: float
    started: Sequence[Execution] = ()
    ended: Sequence[Execution] = ()
    tasks: Sequence[TaskEnd] = ()
    history_events: int = 0
    status_changes: Sequence[StatusChange] = ()


@dataclass(frozen=True, slots=True)
class QueueLengths:
    """Numbers of what an engine has in memory.

    - executions_running: executions that run
    - executions_pending: executions that are queued, without those whose start is delayed
    - inbox_events: events that wait for their step
    - evaluations_parked: executions that wait for the evaluation of an expression
    - timers: timers of the next minutes
    - tasks_under_way: tasks that were given to their kind and have no result
    - activity_tasks: activity tasks that wait for a worker
    - activity_polls: workers that wait for an activity task
    - clock_jumps: how often the wall clock was set since the start
    """

    executions_running: int
    executions_pending: int
    inbox_events: int
    evaluations_parked: int
    timers: int
    tasks_under_way: int
    activity_tasks: int
    activity_polls: int
    clock_jumps: int


class Observer:
    """A base class whose methods do nothing. An observer overrides those that it needs.

    The host calls them on the event loop. They must return soon, change nothing of the host, and raise nothing.
    """

    def recovered(self, commands: int, seconds: float) -> None:
        """The host has read the store and released the commands that were open in it."""

    def committed(self, commit: Commit) -> None:
        """A transaction is durable. Called exactly once for each, in their order."""

    def rolled_back(self, error: Exception) -> None:
        """A transaction could not be written, and nothing of it is kept."""
