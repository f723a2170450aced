"""The base class of the kinds of task whose work is a coroutine. Must not know the work."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod

import structlog

from statemachine.tasks.kind import Failed, OnResult, TaskAttempt, TaskKind, TaskResult

log = structlog.get_logger()


class CoroutineKind(TaskKind, ABC):
    """Subclasses say which Resources they accept and how a task is performed."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[None]] = {}
        self._cancelled: set[asyncio.Task[None]] = set()

    @abstractmethod
    def accepts(self, resource: str) -> bool:
        """Does this kind perform tasks of that Resource?"""

    @abstractmethod
    async def perform(self, task: TaskAttempt) -> TaskResult:
        """Perform the task. Cancelled when the task times out, its execution ends or the server shuts down."""

    def start(self, task: TaskAttempt, on_result: OnResult) -> None:
        """Perform the task, unless it is under way already."""
        if task.token not in self._running:
            self._running[task.token] = asyncio.get_running_loop().create_task(self._run(task, on_result))

    def cancel(self, token: str) -> None:
        """End the task without a result."""
        running = self._running.pop(token, None)
        if running is not None:
            running.cancel()
            self._cancelled.add(running)
            running.add_done_callback(self._cancelled.discard)

    async def close(self) -> None:
        """Cancel all tasks and wait until they have ended, also those that were cancelled before."""
        for token in list(self._running):
            self.cancel(token)
        if self._cancelled:
            await asyncio.wait(self._cancelled)

    async def _run(self, task: TaskAttempt, on_result: OnResult) -> None:
        try:
            result = await self.perform(task)
        except Exception as defect:  # this task must fail, or its execution would wait for ever
            log.error("defect", resource=task.resource, execution=task.execution_arn, exc_info=defect)
            result = Failed("States.TaskFailed", f"The task could not be performed: {type(defect).__name__}: {defect}")
        # In the meantime the token may have been cancelled, and started again.
        if self._running.get(task.token) is asyncio.current_task():
            del self._running[task.token]
            on_result(task.token, result)
