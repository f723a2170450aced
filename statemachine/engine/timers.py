"""The timers that are due soon, earliest first. All others stay on disk, so that long waits need no memory.

Timers are never cancelled. If its wait is over when a timer fires, its event is stale. A timer fires by the steady time
of `clock`, so that a wall clock that is set moves only timers that wait for an absolute time. Must not know a clock.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from typing import NamedTuple

from statemachine.checkpoint import keys
from statemachine.checkpoint.commands import read_command
from statemachine.core.events import DeadlineReached, TimerFired
from statemachine.core.model import Execution
from statemachine.engine.delivery import EngineEvent, StartDue
from statemachine.store.interface import Store
from statemachine.store.pages import scan_pages

HORIZON_SECONDS = 600.0
"""Timers that are due within this time are kept in memory."""
DRIFT_SECONDS = 0.05
"""A smaller difference between the two clocks moves no timer."""


class Timer(NamedTuple):
    """A timer of the execution `id`, due at that time (epoch seconds).

    `target` is the path of a scope, or `keys.DEADLINE` or `keys.DELAYED_START` for a timer of the whole execution.
    `attempt` is that of the scope's wait, "" for a timer of the whole execution. An `absolute` timer waits for that
    time of the wall clock, any other until some seconds have passed.
    """

    due: float
    id: str
    target: str
    attempt: str
    absolute: bool = False

    @property
    def event(self) -> EngineEvent:
        """The event that the timer brings when it fires."""
        if self.target == keys.DEADLINE:
            return DeadlineReached(self.due)
        if self.target == keys.DELAYED_START:
            return StartDue()
        return TimerFired(self.target, self.attempt, self.due)


def execution_timers(execution: Execution) -> Iterator[Timer]:
    """The timers of a whole execution that was just accepted: its delayed start and its deadline."""
    if execution.status == "PENDING" and execution.start_at is not None:
        yield Timer(execution.start_at, execution.id, keys.DELAYED_START, "", absolute=True)
    if execution.deadline is not None:
        yield Timer(execution.deadline, execution.id, keys.DEADLINE, "")


class Timers:
    """A heap of the timers in the near future, by steady time. It is complete up to the wall time `horizon`.

    `offset` is how far the wall clock is ahead of the steady time; see `set_offset`.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._heap: list[tuple[float, Timer]] = []
        self.horizon = 0.0
        self.offset = 0.0

    def add(self, timer: Timer) -> None:
        """Add a timer. Its row must be durable."""
        if timer.due < self.horizon:
            heapq.heappush(self._heap, (timer.due - self.offset, timer))

    def set_offset(self, offset: float) -> None:
        """The wall clock was set: move the absolute timers."""
        if abs(offset - self.offset) < DRIFT_SECONDS:
            return
        moved = self.offset - offset
        self._heap = [(at + moved if timer.absolute else at, timer) for at, timer in self._heap]
        heapq.heapify(self._heap)
        self.offset = offset

    def load_upcoming(self, now: float) -> None:
        """Read the timers of the next HORIZON_SECONDS from disk, if half of that time has passed since the last
        reading."""
        if self.horizon - now > HORIZON_SECONDS / 2:
            return
        until = now + HORIZON_SECONDS
        since, before = keys.timers_from(self.horizon), keys.timers_from(until)
        for rows in scan_pages(self._store, keys.TIMERS, since, before=before):
            for key, row in rows:
                command = read_command(row)
                absolute = command.path == keys.DELAYED_START
                timer = Timer(keys.timer_due(key), command.execution, command.path, command.attempt, absolute)
                heapq.heappush(self._heap, (timer.due - self.offset, timer))
        self.horizon = until

    def take_due(self, steady: float, limit: int) -> list[Timer]:
        """Remove and give the timers that are due at that steady time, at most `limit`, earliest first."""
        found: list[Timer] = []
        while self._heap and self._heap[0][0] <= steady and len(found) < limit:
            found.append(heapq.heappop(self._heap)[1])
        return found

    @property
    def count(self) -> int:
        """The number of timers in memory. Some of them may belong to waits that are over."""
        return len(self._heap)

    def earliest_due(self) -> float:
        """The time of the earliest timer in memory or on disk, in epoch seconds; infinity without timers."""
        if self._heap:
            return self._heap[0][1].due
        rows = self._store.scan(keys.TIMERS, after=keys.timers_from(self.horizon), limit=1)
        return keys.timer_due(rows[0][0]) if rows else math.inf

    @property
    def next_call_at(self) -> float:
        """When `take_due` or `load_upcoming` must be called again (steady time)."""
        refill = self.horizon - self.offset - HORIZON_SECONDS / 2
        return min(self._heap[0][0], refill) if self._heap else refill
