"""The host of executions, as the service, the API and the metrics know it. The engine is its first implementation.

Knows rows as a `look` function gets them, and no key. Knows no API and no engine.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from statemachine.core.events import Event
from statemachine.core.model import Execution
from statemachine.host.observer import Observer
from statemachine.store.interface import Readable

P = ParamSpec("P")
Found = TypeVar("Found")

Watcher = Callable[[Iterable[str]], None]
"""Called with the ids of the executions that a commit has changed; with no id when the host begins to drain."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply to an event.

    `execution` is the header after the event, None if there is no such execution. `stale` says that nothing waited for
    the event; for a start it says that the execution existed before.
    """

    execution: Execution | None
    stale: bool


class NotDurable(Exception):
    """The write failed: the event has not happened, and its sender may send it again."""


class Unavailable(Exception):
    """The host cannot take this now: it drains, recovers, or its last write failed. The sender may try again later."""


@dataclass(frozen=True, slots=True)
class ActivityTask:
    """A task as its worker gets it; `input` is JSON text."""

    token: str
    input: str


class Host(Protocol):
    """Runs executions durably.

    `watchers` are called after each commit, and `observers` get a report of it. Both are hints: a host may call none of
    them, so a caller must not depend on them alone.
    """

    draining: bool
    watchers: list[Watcher]
    observers: list[Observer]

    @property
    def open_executions(self) -> int:
        """The number of executions that have not ended. A hint: it may lag."""

    def deliver(self, id: str, event: Event, header: Execution | None = None) -> Awaitable[Reply]:
        """Hand over an event; the reply comes when it is durable. Raises NotDurable or Unavailable."""

    def write(self, rows: Mapping[str, bytes | None]) -> Awaitable[None]:
        """Write rows of a registry durably. Raises NotDurable or Unavailable."""

    def poll_activity(self, arn: str, worker: str | None, seconds: float) -> Awaitable[ActivityTask | None]:
        """The next task of an activity, None if none came within that time."""

    def read(
        self, look: Callable[Concatenate[Readable, P], Found], *args: P.args, **kwargs: P.kwargs
    ) -> Awaitable[Found]:
        """The result of `look` on the committed rows. For a look at few rows: it may run on the event loop.

        A look is a pure function of the rows. The host may call it in any thread and more than once.
        """

    def survey(
        self, look: Callable[Concatenate[Readable, P], Found], *args: P.args, **kwargs: P.kwargs
    ) -> Awaitable[Found]:
        """As `read`, for a look at many rows or at large payloads: it never runs on the event loop."""
