"""Activity tasks that wait for a worker, and workers that wait for a task, both in order of arrival.

The store holds the same order durably. Must not know tasks: an entry is the address of one.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import NamedTuple


class QueuedTask(NamedTuple):
    """The address of a scheduled activity task: its execution, the path of its scope, and the attempt of its wait."""

    id: str
    path: str
    attempt: str


class ActivityQueues:
    """One queue per activity ARN."""

    def __init__(self) -> None:
        self._tasks: dict[str, OrderedDict[QueuedTask, None]] = {}
        self._workers: dict[str, OrderedDict[asyncio.Future[QueuedTask | None], None]] = {}

    @property
    def tasks(self) -> int:
        """The number of tasks that wait for a worker."""
        return sum(map(len, self._tasks.values()))

    @property
    def workers(self) -> int:
        """The number of workers that wait for a task."""
        return sum(map(len, self._workers.values()))

    def offer(self, arn: str, task: QueuedTask) -> None:
        """Give a task to the worker that has waited longest, or queue it.

        Offering a task twice does no harm: its second worker gets the same token, and the first result counts.
        """
        workers = self._workers.get(arn)
        while workers:
            worker, _ = workers.popitem(last=False)
            if not worker.done():
                worker.set_result(task)
                return
        self._tasks.setdefault(arn, OrderedDict())[task] = None

    def take(self, arn: str) -> QueuedTask | None:
        """Remove and give the task that has waited longest, None if none waits."""
        tasks = self._tasks.get(arn)
        if not tasks:
            return None
        task, _ = tasks.popitem(last=False)
        if not tasks:
            del self._tasks[arn]
        return task

    async def take_or_wait(self, arn: str, seconds: float) -> QueuedTask | None:
        """As `take`, but wait if no task is queued. None after that time, or if `wake_all` was called."""
        task = self.take(arn)
        if task is not None:
            return task
        worker: asyncio.Future[QueuedTask | None] = asyncio.get_running_loop().create_future()
        workers = self._workers.setdefault(arn, OrderedDict())
        workers[worker] = None
        try:
            async with asyncio.timeout(seconds):
                return await worker
        except (TimeoutError, asyncio.CancelledError) as end:
            # A task may have come in the same instant. It is for the next worker.
            given = worker.result() if worker.done() and not worker.cancelled() else None
            if given is not None:
                self.offer(arn, given)
            if isinstance(end, TimeoutError):
                return None
            raise
        finally:
            workers.pop(worker, None)

    def wake_all(self) -> None:
        """End all waits without a task."""
        for workers in self._workers.values():
            for worker in workers:
                if not worker.done():
                    worker.set_result(None)
        self._workers.clear()
