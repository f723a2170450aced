"""The time limit of a process that works. Must not know the process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class TimeLimit:
    """Calls `on_exceeded` once, after `seconds`, unless it is cancelled before.

    If the event loop notices the end late, the server has stood still, and so perhaps has the process: the machine
    slept, or both were stopped. So the process gets the time of the delay again, at most `seconds`. In that time the
    event loop reads what the process has sent.
    """

    def __init__(self, seconds: float, on_exceeded: Callable[[], None]) -> None:
        self._seconds = seconds
        self._on_exceeded = on_exceeded
        self._loop = asyncio.get_running_loop()
        self._alarm = self._loop.call_later(seconds, self._end)

    def cancel(self) -> None:
        """Remove the limit."""
        self._alarm.cancel()

    def _end(self) -> None:
        late = min(self._loop.time() - self._alarm.when(), self._seconds)
        if late > 0:
            self._alarm = self._loop.call_later(late, self._on_exceeded)
        else:
            self._on_exceeded()
