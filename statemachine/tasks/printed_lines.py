"""What a worker process prints, line by line and no faster than the server can bear. Knows nothing of calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

LINE_BYTES_MAX = 8_192
"""Longer lines are cut into several."""
LINES_AT_ONCE = 100
PAUSE_SECONDS = 0.05
"""After LINES_AT_ONCE lines; meanwhile the pipe fills and in the end the printing function waits."""


class PrintedLines:
    """Calls `emit` with each line that arrives on `pipe`, without its line end."""

    def __init__(self, pipe: asyncio.ReadTransport, emit: Callable[[str], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._pipe = pipe
        self._emit = emit
        self._text = bytearray()
        self._resting: asyncio.TimerHandle | None = None
        self._complete = False

    def feed(self, data: bytes) -> None:
        """These bytes were printed."""
        self._text += data
        if self._resting is None:
            self._forward()

    def end(self) -> None:
        """Nothing more will come: an unfinished line is a line now."""
        self._complete = True
        if self._resting is None:
            self._forward()

    def _forward(self) -> None:
        self._resting = None
        for _ in range(LINES_AT_ONCE):
            line = self._next_line()
            if line is None:
                self._pipe.resume_reading()
                return
            self._emit(line.decode(errors="replace"))
        self._pipe.pause_reading()
        self._resting = self._loop.call_later(PAUSE_SECONDS, self._forward)

    def _next_line(self) -> bytes | None:
        end = self._text.find(b"\n", 0, LINE_BYTES_MAX + 1)
        length = end if end >= 0 else LINE_BYTES_MAX
        if end < 0 and len(self._text) < LINE_BYTES_MAX:
            if not self._complete or not self._text:
                return None
            length = len(self._text)
        line = bytes(self._text[:length])
        del self._text[: length + (end >= 0)]
        return line
