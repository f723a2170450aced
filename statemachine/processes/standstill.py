"""Notices a process that has stopped working, by its processor time. Must not know its work.

A process that gets little of a busy machine still gets on. One that is frozen or waits for ever does not.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from statemachine.processes.time_limit import TimeLimit


class StandstillLimit:
    """Calls `on_standstill` once, when a process has used no processor time for `seconds`, unless it is cancelled.

    It is called after less than twice that time. Where the system does not tell the processor time of another process
    (all but Linux), it is called after `seconds`.
    """

    def __init__(self, seconds: float, pid: int, on_standstill: Callable[[], None]) -> None:
        self._seconds = seconds
        self._pid = pid
        self._on_standstill = on_standstill
        self._used = processor_seconds(pid)
        self._limit = TimeLimit(seconds, self._compare)

    def cancel(self) -> None:
        """Remove the limit."""
        self._limit.cancel()

    def _compare(self) -> None:
        before, self._used = self._used, processor_seconds(self._pid)
        if self._used is None or self._used == before:
            self._on_standstill()
        else:
            self._limit = TimeLimit(self._seconds, self._compare)


def processor_seconds(pid: int) -> float | None:
    """The processor time that a process has used. None if the process is gone, or the system does not tell."""
    if sys.platform != "linux":
        return None
    try:
        return time.clock_gettime((~pid << 3) | _CLOCK_OF_PROCESS)
    except OSError:
        return None


_CLOCK_OF_PROCESS = 2
"""The kernel's number for "processor time of a whole process" in the id of a clock (`clock_getcpuclockid`)."""
