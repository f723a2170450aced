"""The scopes of an execution that wait until a known time. Must not read a payload."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from statemachine.checkpoint import keys
from statemachine.core.scope_path import index_of
from statemachine.store.interface import Readable

EXAMINED_MAX = 200
"""How many scopes one look examines."""


class TimedWait(NamedTuple):
    """A state that waits `until` a time in epoch seconds: a Wait state, or one that will be tried again (`is_retry`).

    `number` is the number of the branch or iteration that the state is in, None outside.
    """

    state: str
    number: int | None
    until: float
    is_retry: bool


class WaitWithTime(msgspec.Struct, frozen=True):
    """The members of a wait that has a time; named as those of core.waits.TimerWait."""

    type: str
    due: float = 0.0


class ScopeWithWait(msgspec.Struct, frozen=True):
    """The members of a scope's row that tell of its wait; named as those of core.model.Scope."""

    path: str
    state: str = ""
    waiting: WaitWithTime | None = None


_scopes = msgspec.json.Decoder(ScopeWithWait)


def read_timed_waits(rows: Readable, id: str) -> list[TimedWait]:
    """The waits for a time of one execution, those of outer scopes first. Examines EXAMINED_MAX scopes."""
    found = (_scopes.decode(row) for _, row in rows.scan(keys.scope(id, ""), limit=EXAMINED_MAX))
    return [
        TimedWait(
            scope.state,
            index_of(scope.path) if scope.path else None,
            scope.waiting.due,
            scope.waiting.type == "retry",
        )
        for scope in found
        if scope.waiting is not None and scope.waiting.type in ("timer", "retry")
    ]
