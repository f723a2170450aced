"""What the engine tells those who look on, after the fact: what became durable, what was lost, how recovery went.

Observers change nothing and are told in the event loop. Knows no log and no metric.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from statemachine.core.model import UNENDED, Execution, Scope, Step

FIRST_EVENT = 1
_OUTCOMES = {
    f"{family}{outcome}": outcome
    for family in ("Activity", "LambdaFunction", "Task")
    for outcome in ("Succeeded", "Failed", "TimedOut")
}


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
    """What one transaction made durable: executions that began to run and that ended, ends of tasks, the number of
    history events. It wrote so many `rows`; `seconds` go from its submission until the engine heard of it."""

    rows: int
    seconds: float
    started: list[Execution] = field(default_factory=list)
    ended: list[Execution] = field(default_factory=list)
    tasks: list[TaskEnd] = field(default_factory=list)
    events: int = 0


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
    """Hears of everything and minds nothing; an observer overrides what it is interested in."""

    def recovered(self, commands: int, seconds: float) -> None:
        """The engine has read the store and given all commands that were open in it again."""

    def committed(self, commit: Commit) -> None:
        """A transaction is durable, and what waited for it has been released."""

    def rolled_back(self, error: Exception) -> None:
        """A transaction could not be written, and nothing of it has happened."""


def report(steps: Iterable[tuple[Scope | None, Step]], rows: int, seconds: float) -> Commit:
    """The report of a transaction with these steps, each with the line of control that its event found."""
    commit = Commit(rows, seconds)
    for before, step in steps:
        history = step.history
        if not history:
            continue
        commit.events += len(history)
        if history[0].id == FIRST_EVENT:
            commit.started.append(step.execution)
        elif before is not None and before.waiting is not None and history[0].type in _OUTCOMES:
            commit.tasks.append(_task_end(before, step))
        if step.execution.status not in UNENDED:
            commit.ended.append(step.execution)
    return commit


def _task_end(before: Scope, step: Step) -> TaskEnd:
    """An answer, or a time-out, is the first that its step notes."""
    event, waiting = step.history[0], before.waiting
    assert waiting is not None
    return TaskEnd(
        step.execution.id,
        before.state,
        waiting.resource,
        before.retries + 1,
        _OUTCOMES[event.type],
        None if event.details is None else event.details.get("error"),
        max(event.timestamp / 1000 - waiting.scheduled, 0.0),
    )
