"""Tasks that were given to their kind and have not answered: each is started once, however often it is released.

Knows kinds by their interface only.
"""

from __future__ import annotations

import structlog

from statemachine.core.model import Waiting
from statemachine.core.token import idempotency_key, make_token
from statemachine.core.walk import Checkpoint
from statemachine.tasks.kind import Failed, OnOutcome, TaskAttempt, TaskKind, TaskResult

log = structlog.get_logger()


class HandedOut:
    """`answer` is called with a task's token and outcome."""

    def __init__(self, kinds: list[TaskKind], answer: OnOutcome) -> None:
        self._kinds = kinds
        self._answer = answer
        self._by_token: dict[str, TaskKind] = {}

    @property
    def count(self) -> int:
        """How many tasks are under way."""
        return len(self._by_token)

    def start(self, checkpoint: Checkpoint, path: str, waiting: Waiting) -> None:
        """Give a task to its kind, unless it is there already."""
        execution = checkpoint.execution
        token = make_token(execution.id, execution.seed, path, waiting.attempt)
        if token in self._by_token:
            return
        kind = next((kind for kind in self._kinds if kind.accepts(waiting.resource)), None)
        if kind is None:
            self._answer(token, Failed("States.Runtime", f"No task kind serves the resource {waiting.resource}."))
            return
        assert waiting.arguments is not None
        _, _, _, region, account, _ = execution.arn.split(":", 5)
        task = TaskAttempt(
            token,
            idempotency_key(token),
            waiting.resource,
            waiting.arguments.value,
            waiting.arguments.text,
            execution.arn,
            checkpoint.scopes[path].state,
            region,
            account,
            waiting.timeout_at,
        )
        self._by_token[token] = kind
        try:
            kind.start(task, self._answered)
        except Exception as defect:  # an outside package's: it must not keep other tasks from being started
            log.error("defect", resource=waiting.resource, execution=execution.arn, exc_info=defect)
            cause = f"The task could not be started: {type(defect).__name__}: {defect}"
            self._answered(token, Failed("States.TaskFailed", cause))

    def cancel(self, token: str) -> None:
        """Nobody wants the answer any more."""
        kind = self._by_token.pop(token, None)
        if kind is not None:
            kind.cancel(token)

    async def close(self) -> None:
        """Close the kinds; their unanswered tasks are handed out again at the next start."""
        for kind in self._kinds:
            await kind.close()

    def _answered(self, token: str, outcome: TaskResult) -> None:
        if self._by_token.pop(token, None) is not None:
            self._answer(token, outcome)
