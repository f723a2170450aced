"""The timers that are due soon, earliest first. All others rest on disk, so that sleepers need no memory.

Timers are never taken back: one that nobody waits for any more falls away when its event comes. Knows no clock.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from typing import NamedTuple

from statemachine.checkpoint import keys
from statemachine.core.events import DeadlineReached, Event, TimerFired
from statemachine.engine.delivery import StartDue
from statemachine.json_text import load
from statemachine.store.base import Store

HORIZON_SECONDS = 600.0
"""How far ahead timers are kept in memory."""
PAGE = 1000


class Timer(NamedTuple):
    """`path` is "!" for the deadline of the whole execution, "+" for its delayed start."""

    due: float
    id: str
    path: str
    attempt: str

    @property
    def event(self) -> Event | StartDue:
        """What its firing means for the execution."""
        if self.path == "!":
            return DeadlineReached()
        if self.path == "+":
            return StartDue()
        return TimerFired(self.path, self.attempt)


class Timers:
    """A heap of the near future. `horizon` is the moment up to which it is complete."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._heap: list[Timer] = []
        self.horizon = 0.0

    def add(self, timer: Timer) -> None:
        """A timer whose row is durable."""
        if timer.due < self.horizon:
            heapq.heappush(self._heap, timer)

    def look_ahead(self, now: float) -> None:
        """Read the timers that come within the horizon, if much of it has passed."""
        if self.horizon - now > HORIZON_SECONDS / 2:
            return
        until = now + HORIZON_SECONDS
        for due, row in self._rows(self.horizon, until):
            id, path, attempt = load(row)
            heapq.heappush(self._heap, Timer(due, id, path, attempt))
        self.horizon = until

    def due(self, now: float, limit: int) -> list[Timer]:
        """Take out at most `limit` timers that are due."""
        found: list[Timer] = []
        while self._heap and self._heap[0].due <= now and len(found) < limit:
            found.append(heapq.heappop(self._heap))
        return found

    @property
    def count(self) -> int:
        """How many timers are in memory, with those that nobody waits for any more."""
        return len(self._heap)

    @property
    def earliest(self) -> float:
        """When the earliest timer of all is due, infinity where none is set."""
        if self._heap:
            return self._heap[0].due
        rows = self._store.scan(keys.TIMERS, after=keys.timers_from(self.horizon), limit=1)
        return keys.timer_due(rows[0][0]) if rows else math.inf

    @property
    def next(self) -> float:
        """When something must be done here again (epoch seconds)."""
        refill = self.horizon - HORIZON_SECONDS / 2
        return min(self._heap[0].due, refill) if self._heap else refill

    def _rows(self, since: float, until: float) -> Iterator[tuple[float, bytes]]:
        after = keys.timers_from(since)
        while True:
            rows = self._store.scan(keys.TIMERS, after=after, before=keys.timers_from(until), limit=PAGE)
            for key, row in rows:
                yield keys.timer_due(key), row
            if len(rows) < PAGE:
                return
            after = rows[-1][0]
