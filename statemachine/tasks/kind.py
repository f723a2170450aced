"""The one interface of every kind of task: it is started, it answers once, it may be cancelled.

A kind knows nothing of executions or of the store. It is handed a task only after the task's Scheduled event is
durable, and after a crash it is handed the same task again with the same token and idempotency key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt of one Task state, ready to be done.

    `resource` is the definition's Resource, `arguments` the JSON value that it is given and `arguments_text` its JSON
    text; `deadline` is in epoch seconds, None where the state has no time-out.
    """

    token: str
    idempotency_key: str
    resource: str
    arguments: Any
    arguments_text: str
    execution_arn: str
    state_name: str
    region: str
    account: str
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The task is done; `output` is JSON text, kept as it was written."""

    output: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The task failed with an error name and a cause, either of which may be missing."""

    error: str | None
    cause: str | None


Outcome = Succeeded | Failed
Answer = Callable[[str, Outcome], None]
"""Called once per started task with the token and the outcome, in the event loop's thread. An answer to a task that
was cancelled or answered before falls away."""


class TaskKind(Protocol):
    """A kind of task. All methods are called in the event loop's thread and must not block it."""

    def accepts(self, resource: str) -> bool:
        """Does this kind do tasks of that Resource?"""

    def start(self, task: Task, answer: Answer) -> None:
        """Begin the task; `answer` is called later, or at once. Must not raise: what is wrong is a Failed outcome."""

    def cancel(self, token: str) -> None:
        """The task timed out or its execution ended: nobody waits for the answer. Unknown tokens are ignored."""

    async def close(self) -> None:
        """Release processes and connections. Unanswered tasks stay unanswered: they are started again next time."""
