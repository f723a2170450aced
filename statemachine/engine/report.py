"""From the steps of a transaction to the report that observers get. Pure: knows no log and no metric."""

from __future__ import annotations

from collections.abc import Iterable

from statemachine.core.event_types import MEANINGS
from statemachine.core.model import UNENDED, Scope, Step
from statemachine.host.observer import Commit, TaskEnd

_OUTCOMES = {"succeeded": "Succeeded", "failed": "Failed", "timed_out": "TimedOut"}


def report(steps: Iterable[tuple[Scope | None, Step]], rows: int, seconds: float) -> Commit:
    """The report of a transaction with these steps, each with the line of control that its event found."""
    commit = Commit(rows, seconds)
    for before, step in steps:
        history = step.history
        if not history:
            continue
        commit.events += len(history)
        first = MEANINGS[history[0].type]
        if (first.subject, first.what) == ("execution", "started"):
            commit.started.append(step.execution)
        elif first.subject == "task" and first.what in _OUTCOMES and before is not None and before.waiting is not None:
            commit.tasks.append(_task_end(before, step, _OUTCOMES[first.what]))
        if step.execution.status not in UNENDED:
            commit.ended.append(step.execution)
    return commit


def _task_end(before: Scope, step: Step, outcome: str) -> TaskEnd:
    """An answer, or a time-out, is the first that its step notes."""
    event, waiting = step.history[0], before.waiting
    assert waiting is not None
    return TaskEnd(
        step.execution.id,
        before.state,
        waiting.resource,
        before.retries + 1,
        outcome,
        None if event.details is None else event.details.get("error"),
        max(event.timestamp / 1000 - waiting.scheduled, 0.0),
    )
