"""The kind of all Lambda functions in a test: it keeps its tasks until the test answers them."""

from __future__ import annotations

from statemachine.tasks.kind import OnResult, TaskAttempt, TaskLog, TaskResult

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:work"
"""A Resource that this kind accepts."""


class ScriptedTasks:
    """A TaskKind. `started` are the tasks in the order of their starts, `cancelled` the tokens of cancelled ones.
    `printed` is what tasks that run have printed, by their tokens."""

    def __init__(self) -> None:
        self.started: list[TaskAttempt] = []
        self.cancelled: list[str] = []
        self.printed: dict[str, TaskLog] = {}
        self._answers: dict[str, OnResult] = {}

    def accepts(self, resource: str) -> bool:
        """Accepts the ARN of any Lambda function."""
        return ":lambda:" in resource

    def start(self, task: TaskAttempt, answer: OnResult) -> None:
        """Keep the task until the test answers it."""
        self.started.append(task)
        self._answers[task.token] = answer

    def cancel(self, token: str) -> None:
        """Note the token of a task whose answer is no longer awaited."""
        self.cancelled.append(token)

    def printed_by(self, token: str) -> TaskLog | None:
        """What the test says that the task has printed."""
        return self.printed.get(token)

    def answer(self, task: TaskAttempt, result: TaskResult) -> None:
        """Let a task end."""
        self._answers[task.token](task.token, result)

    async def close(self) -> None:
        """There is nothing to release."""
