"""The interface of a kind of task: it starts a task, reports its result once, and can cancel it.

A kind gets a task only after the Scheduled event of the task is durable. After a crash it gets the same task again,
with the same token and idempotency key. Must not know the engine or the store.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class TaskAttempt:
    """One attempt of one Task state, ready to be performed.

    `resource` is the definition's Resource. `arguments` is the JSON value that the task is given, `arguments_text` its
    JSON text. `timeout_at` is in epoch seconds, None if the state has no time-out.
    """

    token: str
    idempotency_key: str
    resource: str
    arguments: Any
    arguments_text: str
    execution_arn: str
    state: str
    region: str
    account: str
    timeout_at: float | None = None


LOG_BYTES_MAX = 65_536
"""Ours: how many of the last bytes are kept that an attempt has printed."""


@dataclass(frozen=True, slots=True)
class TaskLog:
    """What a task has printed: the end of it, at most LOG_BYTES_MAX bytes, and how many bytes before that were cut."""

    text: str
    cut_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The task has succeeded; `output` is JSON text, kept as it was written. `log` is kept with it."""

    output: str
    log: TaskLog | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The task has failed with an error name and a cause, either of which may be missing. `log` is kept with it."""

    error: str | None
    cause: str | None
    log: TaskLog | None = None


TaskResult = Succeeded | Failed
OnResult = Callable[[str, TaskResult], None]
"""Called once per started task with the token and the result, in the thread of the event loop. A call for a task that
was cancelled or has ended before is ignored."""


class TaskKind(Protocol):
    """A kind of task. All methods are called in the thread of the event loop and must not block it."""

    def accepts(self, resource: str) -> bool:
        """Does this kind perform tasks of that Resource?"""

    def start(self, task: TaskAttempt, on_result: OnResult) -> None:
        """Begin the task; `on_result` is called later, or at once. Must not raise: an error is a Failed result."""

    def cancel(self, token: str) -> None:
        """The task timed out or its execution ended: its result would be ignored. Unknown tokens are ignored, too."""

    async def close(self) -> None:
        """Release processes and connections. Tasks under way get no result: the next process starts them again."""


@runtime_checkable
class PrintingKind(Protocol):
    """A kind of task that can tell what a task under way has printed, so that this is kept if the task is cancelled."""

    def printed_by(self, token: str) -> TaskLog | None:
        """What the task has printed so far, None if nothing or if the token is unknown."""
