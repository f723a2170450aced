"""What runs executions, as the service, the API and the metrics know it. The engine is its first implementation.

Must not know the engine, nor how executions are stored.
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
"""Called with the ids of the executions that a commit has changed, and once without any id when the host begins to
drain."""


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

    `observers` are called exactly once for each commit that succeeded. `watchers` are hints: a host may call them late,
    twice or never, so a caller must not depend on them alone. Both are called on the event loop and must not raise.
    """

    draining: bool
    watchers: list[Watcher]
    observers: list[Observer]

    @property
    def open_executions(self) -> int:
        """The number of executions that have not ended. It may lag behind the starts that are not committed yet, so a
        limit that is held to it may be passed by a few."""

    def queue_place(self, id: str) -> int | None:
        """The place of an execution in the queue, 1 for the one that has waited longest with its priority counted; None
        if it is not queued."""

    def deliver(self, id: str, event: Event, header: Execution | None = None) -> Awaitable[Reply]:
        """Hand over an event for an execution; the reply comes when the event is durable.

        `header` is that of a new execution, for its StartRequested only. Raises NotDurable or Unavailable.
        """

    def write(self, rows: Mapping[str, bytes | None]) -> Awaitable[None]:
        """Write rows that belong to no execution, such as those of a catalogue; None deletes a row.

        Returns when they are durable. Raises NotDurable or Unavailable.
        """

    def poll_activity(self, arn: str, worker: str | None, seconds: float) -> Awaitable[ActivityTask | None]:
        """The next task of an activity. It is durable then that this worker has it.

        None if no task came within that time, or if the host drains. Raises NotDurable or Unavailable; then the task is
        for the next worker.
        """

    def read(
        self, look: Callable[Concatenate[Readable, P], Found], *args: P.args, **kwargs: P.kwargs
    ) -> Awaitable[Found]:
        """The result of `look` on the committed rows. For a look at few rows: it may run on the event loop.

        A look is a pure function of the rows, which are those of one moment. The host may call it in any thread and
        more than once. What it raises is raised here.
        """

    def survey(
        self, look: Callable[Concatenate[Readable, P], Found], *args: P.args, **kwargs: P.kwargs
    ) -> Awaitable[Found]:
        """As `read`, for a look at many rows or at large payloads: it never runs on the event loop."""
