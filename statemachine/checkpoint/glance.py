"""Single facts of an execution, read without the payloads beside them: for lists that look at many. Changes nothing."""

from __future__ import annotations

import msgspec

from statemachine.checkpoint import keys
from statemachine.store.base import Store


class Ending(msgspec.Struct, frozen=True):
    """How an execution stands or ended."""

    status: str = "RUNNING"
    error: str | None = None
    cause: str | None = None


class Pending(msgspec.Struct, frozen=True):
    """What a wait is for: its tag, and the members of a `TaskWait` without its arguments."""

    type: str
    resource: str = ""
    timeout_at: float | None = None
    heartbeat_at: float | None = None
    taken: bool = False
    submitted: bool = False
    scheduled: float = 0.0


class Line(msgspec.Struct, frozen=True):
    """A line of control; the members are those of `Scope`."""

    path: str
    state: str = ""
    waiting: Pending | None = None
    retries: int = 0


_endings = msgspec.json.Decoder(Ending)
_lines = msgspec.json.Decoder(Line)


def glance_at_ending(store: Store, id: str) -> Ending | None:
    """How an execution stands or ended, None where there is none."""
    row = store.get(keys.head(id))
    return None if row is None else _endings.decode(row)


def glance_at_line(store: Store, id: str, path: str) -> Line | None:
    """A line of control, None where it is gone."""
    row = store.get(keys.scope(id, path))
    return None if row is None else _lines.decode(row)
