"""Keeps what tasks have printed: a row for each attempt, in the transaction of its end.

Must not know the kinds of task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from statemachine.checkpoint.logs import LogRow, put_log
from statemachine.checkpoint.write import GroupRows
from statemachine.core.events import TaskEvent
from statemachine.core.model import Checkpoint, Step
from statemachine.core.token import make_task_token
from statemachine.core.waits import TaskWait
from statemachine.engine.delivery import Delivery
from statemachine.tasks.kind import TaskLog

PrintedBy = Callable[[str], TaskLog | None]
"""Gives what a running task has printed, by its token."""


def add_logs(rows: GroupRows, before: Checkpoint, step: Step, delivery: Delivery, printed_by: PrintedBy) -> None:
    """Add what was printed by the task whose result was delivered, and by those that the step cancels.

    `before` is the execution before the step, which is not stale.
    """
    if delivery.log is None and not step.cancelled:
        return
    for path, log in _logs(step, delivery, printed_by):
        scope, end = before.scopes[path], step.history[0]
        row = LogRow(scope.state, path, scope.retries + 1, end.id, end.timestamp / 1000, log.text, log.cut_bytes)
        put_log(rows, step.execution.id, row)


def _logs(step: Step, delivery: Delivery, printed_by: PrintedBy) -> Iterator[tuple[str, TaskLog]]:
    """What was printed, by the paths of the scopes. Every end of a task has a history event."""
    if delivery.log is not None and isinstance(delivery.event, TaskEvent):
        yield delivery.event.scope, delivery.log
    for command in step.cancelled:
        if isinstance(command.waiting, TaskWait):
            execution = step.execution
            token = make_task_token(execution.id, execution.seed, command.scope, command.waiting.attempt)
            log = printed_by(token)
            if log is not None:
                yield command.scope, log
