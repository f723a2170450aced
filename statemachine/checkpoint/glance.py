"""Single facts of an execution, read without its payloads: for lists of many executions. Changes nothing."""

from __future__ import annotations

import msgspec

from statemachine.checkpoint import keys
from statemachine.store.base import Store


class Ending(msgspec.Struct, frozen=True):
    """The status of an execution, and why it failed."""

    status: str = "RUNNING"
    error: str | None = None
    cause: str | None = None


class Pending(msgspec.Struct, frozen=True):
    """A wait: its tag, and the members of a `TaskWait` without its arguments."""

    type: str
    resource: str = ""
    timeout_at: float | None = None
    heartbeat_at: float | None = None
    taken: bool = False
    submitted: bool = False
    scheduled: float = 0.0


class Line(msgspec.Struct, frozen=True):
    """A scope: some of the members of `Scope`."""

    path: str
    state: str = ""
    waiting: Pending | None = None
    retries: int = 0


_endings = msgspec.json.Decoder(Ending)
_lines = msgspec.json.Decoder(Line)


def glance_at_ending(store: Store, id: str) -> Ending | None:
    """The status of an execution, None if there is no such execution."""
    row = store.get(keys.head(id))
    return None if row is None else _endings.decode(row)


def glance_at_line(store: Store, id: str, path: str) -> Line | None:
    """A scope of an execution, None if there is no such scope."""
    row = store.get(keys.scope(id, path))
    return None if row is None else _lines.decode(row)
