"""The server's ends of the pipes that other processes write to, read by the event loop: as bytes, or line by line."""

from __future__ import annotations

import asyncio
import os
import re
import select
from collections.abc import Callable
from typing import IO

READ_BYTES = 65_536
"""How much one turn of the loop reads from one pipe, so that a flood does not hold up the others."""
LINE_BYTES_MAX = 8_192
"""Longer lines are cut into several."""
LINES_AT_ONCE = 100
PAUSE_SECONDS = 0.05
"""After LINES_AT_ONCE lines nothing is read for so long. The pipe fills, and then the printing program waits."""

_LINE = re.compile(rb"([^\n]{%d})\n?|([^\n]*)\n" % LINE_BYTES_MAX)
_LAST_LINE = re.compile(rb"([^\n]+)")


class ReadPipe:
    """Reads nothing before `start`. `ended` is called once, when the pipe has been closed at either end."""

    def __init__(self, file: IO[bytes], ended: Callable[[], None]) -> None:
        os.set_blocking(file.fileno(), False)
        self.closed = False
        self._file = file
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._arrived = select.poll()  # select.select takes no file descriptor above 1023
        self._arrived.register(file, select.POLLIN)

    def start(self, received: Callable[[bytes], None]) -> None:
        """Call `received` with bytes as they arrive, and with none at the end."""
        self._received = received
        self.resume()

    def pause(self) -> None:
        """Leave the bytes in the pipe."""
        if not self.closed:
            self._loop.remove_reader(self._file)

    def resume(self) -> None:
        """Read again, unless the pipe is closed."""
        if not self.closed:
            self._loop.add_reader(self._file, self._read)

    def wait(self, seconds: float) -> None:
        """Hold the loop until something has come, at most `seconds`, rounded up to a millisecond."""
        if not self.closed and self._arrived.poll(seconds * 1000):
            self._read()

    def close(self) -> None:
        """Stop reading."""
        if not self.closed:
            self.pause()
            self.closed = True
            self._file.close()
            self._received(b"")
            self._ended()

    def _read(self) -> None:
        data = self._file.read(READ_BYTES)
        if data:
            self._received(data)
        elif data is not None:  # None: nothing has come; empty: nothing will come any more
            self.close()


class PrintedLines:
    """Calls `emit` with each line that comes out of `pipe`, without its line end."""

    def __init__(self, pipe: ReadPipe, emit: Callable[[str], None]) -> None:
        self._pipe = pipe
        self._emit = emit
        self._text = bytearray()
        self._pausing = False
        pipe.start(self._received)

    def _received(self, data: bytes) -> None:
        self._text += data
        if not self._pausing:
            self._forward()

    def _forward(self) -> None:
        for _ in range(LINES_AT_ONCE):
            line = _LINE.match(self._text) or (_LAST_LINE.match(self._text) if self._pipe.closed else None)
            if line is None:
                return
            text = line[line.lastindex or 0].decode(errors="replace")
            del self._text[: line.end()]
            self._emit(text)
        self._pausing = True
        self._pipe.pause()
        asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._go_on)

    def _go_on(self) -> None:
        self._pausing = False
        self._pipe.resume()
        self._forward()
