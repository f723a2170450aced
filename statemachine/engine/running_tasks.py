"""Tasks that were given to a kind of task and have no result yet. Such a task is not started again.

Must not know the kinds of task: it knows their interface.
"""

from __future__ import annotations

import structlog

from statemachine.arn import split_arn
from statemachine.core.model import Checkpoint
from statemachine.core.token import idempotency_key, make_task_token
from statemachine.core.waits import TaskWait
from statemachine.engine.task_events import checked_log
from statemachine.tasks.kind import Failed, OnResult, PrintingKind, TaskAttempt, TaskKind, TaskLog, TaskResult

log = structlog.get_logger()


class RunningTasks:
    """`on_result` is called once with the token and the result of each task that was not cancelled."""

    def __init__(self, kinds: list[TaskKind], on_result: OnResult) -> None:
        self._kinds = kinds
        self._on_result = on_result
        self._by_token: dict[str, TaskKind] = {}

    @property
    def count(self) -> int:
        """The number of tasks that run."""
        return len(self._by_token)

    def start(self, checkpoint: Checkpoint, path: str, wait: TaskWait) -> None:
        """Give a task to the first kind that accepts its Resource, unless it runs already.

        A task that no kind accepts fails with States.TaskFailed. Ours: AWS has all of its kinds; this can be caught.
        """
        execution = checkpoint.execution
        token = make_task_token(execution.id, execution.seed, path, wait.attempt)
        if token in self._by_token:
            return
        kind = next((kind for kind in self._kinds if kind.accepts(wait.resource)), None)
        if kind is None:
            cause = f"This server has no kind of task for the resource {wait.resource}{_hint(wait.resource)}"
            self._on_result(token, Failed("States.TaskFailed", cause))
            return
        arn = split_arn(execution.arn)
        assert arn is not None
        task = TaskAttempt(
            token=token,
            idempotency_key=idempotency_key(token),
            resource=wait.resource,
            arguments=wait.arguments.value,
            arguments_text=wait.arguments.text,
            execution_arn=execution.arn,
            state=checkpoint.scopes[path].state,
            region=arn.region,
            account=arn.account,
            timeout_at=wait.timeout_at,
        )
        self._by_token[token] = kind
        try:
            kind.start(task, self._answered)
        except Exception as defect:  # a defect of an outside package must not stop other tasks
            log.error("defect", resource=wait.resource, execution=execution.arn, exc_info=defect)
            cause = f"The task could not be started: {type(defect).__name__}: {defect}"
            self._answered(token, Failed("States.TaskFailed", cause))

    def printed_by(self, token: str) -> TaskLog | None:
        """What a task that runs has printed so far, if its kind can tell."""
        kind = self._by_token.get(token)
        if not isinstance(kind, PrintingKind):
            return None
        try:
            return checked_log(kind.printed_by(token))
        except Exception as defect:  # a defect of an outside package must not keep the task from its end
            log.error("defect", error="a kind of task cannot tell what a task has printed", exc_info=defect)
            return None

    def cancel(self, token: str) -> None:
        """Cancel a task: its result is ignored. Does nothing for a token that does not run."""
        kind = self._by_token.pop(token, None)
        if kind is not None:
            kind.cancel(token)

    async def close(self) -> None:
        """Close the kinds. Tasks that still run are started again by the next process."""
        for kind in self._kinds:
            await kind.close()

    def _answered(self, token: str, result: TaskResult) -> None:
        if self._by_token.pop(token, None) is not None:
            self._on_result(token, result)


def _hint(resource: str) -> str:
    command = resource.removeprefix("shell:")
    return "" if command == resource else f" (the settings have no table [shell.{command}])"
