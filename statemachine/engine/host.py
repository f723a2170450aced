"""What the service needs of whoever runs executions: deliver an event, write registry rows, long-poll. The engine is
its first implementation. Knows no API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from statemachine.core.model import Event, Execution
from statemachine.engine.delivery import Reply
from statemachine.engine.observer import Observer
from statemachine.store.base import Store


@dataclass(frozen=True, slots=True)
class ActivityTask:
    """A task as its worker gets it; `input` is JSON text."""

    token: str
    input: str


class Unavailable(Exception):
    """The host cannot take this now (it drains, recovers, or its last write failed); asking again later may help."""


class Host(Protocol):
    """Runs executions durably. `watchers` are called after each commit with the ids of the executions that have
    changed, and with none when the host begins to drain; `observers` are told what a commit made durable."""

    store: Store
    draining: bool
    watchers: list[Callable[[Iterable[str]], None]]
    observers: list[Observer]

    @property
    def open_executions(self) -> int:
        """How many executions run or wait for their turn."""

    def deliver(self, id: str, event: Event, header: Execution | None = None) -> Awaitable[Reply]:
        """Hand over an event; the reply comes when it is durable. Raises NotDurable or Unavailable."""

    def write(self, rows: Mapping[str, bytes | None]) -> Awaitable[None]:
        """Write rows of a registry durably. Raises NotDurable or Unavailable."""

    def poll_activity(self, arn: str, worker: str | None, seconds: float) -> Awaitable[ActivityTask | None]:
        """The next task of an activity, None when none came within that time."""
