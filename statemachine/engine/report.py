"""The report that observers get of the steps of a transaction. Pure. Must not know logs and metrics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from statemachine.core.event_types import MEANINGS
from statemachine.core.model import UNENDED, Execution, Scope, StatusChange, Step
from statemachine.core.waits import TaskWait
from statemachine.host.observer import Commit, TaskEnd, TaskOutcome

_OUTCOMES: dict[str, TaskOutcome] = {"succeeded": "Succeeded", "failed": "Failed", "timed_out": "TimedOut"}


def report(
    steps: Iterable[tuple[Scope | None, Step]], rows: int, seconds: float, changes: Sequence[StatusChange]
) -> Commit:
    """The report of a transaction with these steps, each with the scope that its event was for, as it was before."""
    started: list[Execution] = []
    ended: list[Execution] = []
    tasks: list[TaskEnd] = []
    history_events = 0
    for before, step in steps:
        if not step.history:
            continue
        history_events += len(step.history)
        first = MEANINGS[step.history[0].type]
        wait = None if before is None else before.waiting
        if first.subject == "execution" and first.what == "started":
            started.append(step.execution)
        elif before is not None and isinstance(wait, TaskWait) and first.subject == "task" and first.what in _OUTCOMES:
            tasks.append(_task_end(before, wait, step, _OUTCOMES[first.what]))
        if step.execution.status not in UNENDED:
            ended.append(step.execution)
    return Commit(rows, seconds, started, ended, tasks, history_events, changes)


def _task_end(before: Scope, wait: TaskWait, step: Step, outcome: TaskOutcome) -> TaskEnd:
    """The end of the attempt that `before` waited for. It is the first history event of the step."""
    event = step.history[0]
    return TaskEnd(
        execution=step.execution.id,
        state=before.state,
        resource=wait.resource,
        attempt=before.retries + 1,
        outcome=outcome,
        error=None if event.details is None else event.details.get("error"),
        seconds=max(event.timestamp / 1000 - wait.scheduled, 0.0),
    )
