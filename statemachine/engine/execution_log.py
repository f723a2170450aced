"""Log lines about executions: one when an execution starts, one when it ends, one for each failed attempt of a task.

They have names, numbers and error names only, because payloads and causes may contain secrets. Must not know how
executions run.
"""

from __future__ import annotations

import structlog

from statemachine.host import Commit, Observer, TaskOutcome

_FAILURES: dict[TaskOutcome, str] = {"Failed": "task failed", "TimedOut": "task timed out"}

log = structlog.get_logger()


class ExecutionLog(Observer):
    """Logs what each commit made durable."""

    def committed(self, commit: Commit) -> None:
        """Log the lines of one transaction."""
        for execution in commit.started:
            log.info("execution started", execution=execution.id)
        for task in commit.tasks:
            if task.outcome in _FAILURES:
                log.info(
                    _FAILURES[task.outcome],
                    execution=task.execution,
                    state=task.state,
                    attempt=task.attempt,
                    error=task.error,
                    seconds=round(task.seconds, 3),
                )
        for execution in commit.ended:
            seconds = 0.0 if execution.stopped is None else execution.stopped - execution.started
            error = {} if execution.error is None else {"error": execution.error}
            log.info(
                "execution ended", execution=execution.id, status=execution.status, seconds=round(seconds, 3), **error
            )
