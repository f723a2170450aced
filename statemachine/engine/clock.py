"""The time of the engine: a monotonic clock decides what is due, the wall clock gives timestamps.

Within a process, a wall clock that is set does not move timers. Across a restart the wall clock is all there is. Must
not know timers.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

JUMP_SECONDS = 1.0
"""How far the wall clock must be set for a log line."""

log = structlog.get_logger()


def monotonic_seconds() -> float:
    """The seconds since the machine has started, with the time that it was suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class EngineClock:
    """`wall` and `monotonic` give seconds. Without `monotonic` the wall clock also decides what is due.

    `steady` is the time that the wall clock would show if it had never been set in this process. `offset` is how far it
    was set since the start, in seconds; `jumps` counts how often.
    """

    def __init__(self, wall: Callable[[], float], monotonic: Callable[[], float] | None = None) -> None:
        self.wall = wall
        self.measures_pauses = monotonic is not None
        self.offset = 0.0
        self.jumps = 0
        self._monotonic = monotonic if monotonic is not None else wall
        self._begin = wall() - self._monotonic()

    def read(self) -> tuple[float, float]:
        """The wall time and the steady time now, in epoch seconds. Notices whether the wall clock was set."""
        steady = self._begin + self._monotonic()
        now = self.wall()
        offset = now - steady
        if abs(offset - self.offset) > JUMP_SECONDS:
            self.jumps += 1
            log.warning("clock set", seconds=round(offset - self.offset, 3))
        self.offset = offset
        return now, steady
