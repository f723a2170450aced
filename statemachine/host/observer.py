"""The reports of a host to its observers: commits, commits that failed, recovery.

Observers change nothing and are called in the event loop. Knows no log and no metric.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from statemachine.core.model import Execution, StatusChange


@dataclass(frozen=True, slots=True)
class TaskEnd:
    """How one attempt of a task ended: `outcome` is "Succeeded", "Failed" or "TimedOut".

    `execution` is an id; `attempt` counts from 1 in each entry of the state; `seconds` go from the task's scheduling to
    its end.
    """

    execution: str
    state: str
    resource: str
    attempt: int
    outcome: str
    error: str | None
    seconds: float


@dataclass(slots=True)
class Commit:
    """One durable transaction: executions that began to run and that ended, ends of tasks, the number of
    history events. `status_changes` has one entry for each execution whose status it changed. It wrote so many `rows`;
    `seconds` go from its submission until the engine heard of it."""

    rows: int
    seconds: float
    started: list[Execution] = field(default_factory=list)
    ended: list[Execution] = field(default_factory=list)
    tasks: list[TaskEnd] = field(default_factory=list)
    history_events: int = 0
    status_changes: Sequence[StatusChange] = ()


@dataclass(frozen=True, slots=True)
class Lengths:
    """How much there is of everything that waits: executions that run and that wait for their turn, events that wait
    for their step, executions that wait for an evaluation, timers in memory, tasks handed to their kind, activity tasks
    that wait for a worker, workers that wait for an activity task."""

    running: int
    waiting: int
    inbox: int
    evaluating: int
    timers: int
    tasks: int
    activity_tasks: int
    activity_workers: int


class Observer:
    """Base class; all methods do nothing. An observer overrides the ones it needs."""

    def recovered(self, commands: int, seconds: float) -> None:
        """The engine has read the store and given all commands that were open in it again."""

    def committed(self, commit: Commit) -> None:
        """A transaction is durable, and its replies and commands have been released."""

    def rolled_back(self, error: Exception) -> None:
        """A transaction could not be written, and nothing of it has happened."""
