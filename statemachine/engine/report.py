"""Makes the report that observers get from the steps of a transaction. Pure: knows no log and no metric."""

from __future__ import annotations

from collections.abc import Iterable

from statemachine.core.event_types import MEANINGS
from statemachine.core.model import UNENDED, Scope, Step
from statemachine.core.waits import TaskWait
from statemachine.host.observer import Commit, TaskEnd

_OUTCOMES = {"succeeded": "Succeeded", "failed": "Failed", "timed_out": "TimedOut"}


def report(steps: Iterable[tuple[Scope | None, Step]], rows: int, seconds: float) -> Commit:
    """The report of a transaction with these steps, each with the scope that its event was for, as it was before."""
    commit = Commit(rows, seconds)
    for before, step in steps:
        if not step.history:
            continue
        commit.history_events += len(step.history)
        first = MEANINGS[step.history[0].type]
        wait = None if before is None else before.waiting
        if first.subject == "execution" and first.what == "started":
            commit.started.append(step.execution)
        elif before is not None and isinstance(wait, TaskWait) and first.subject == "task" and first.what in _OUTCOMES:
            commit.tasks.append(_task_end(before, wait, step, _OUTCOMES[first.what]))
        if step.execution.status not in UNENDED:
            commit.ended.append(step.execution)
    return commit


def _task_end(before: Scope, wait: TaskWait, step: Step, outcome: str) -> TaskEnd:
    """How the attempt ended that the scope waited for. A step notes that end before all else."""
    event = step.history[0]
    return TaskEnd(
        step.execution.id,
        before.state,
        wait.resource,
        before.retries + 1,
        outcome,
        None if event.details is None else event.details.get("error"),
        max(event.timestamp / 1000 - wait.scheduled, 0.0),
    )
