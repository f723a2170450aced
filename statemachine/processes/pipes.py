"""The server's ends of the pipes that other processes write to, read by the event loop: as bytes, or line by line.

Must not know the meaning of what is written.
"""

from __future__ import annotations

import asyncio
import os
import select
from collections.abc import Callable
from typing import IO

READ_BYTES = 65_536
"""How much one iteration of the event loop reads from one pipe, so that no process keeps the others waiting."""
LINE_BYTES_MAX = 8_192
"""Longer lines are cut into several."""
LINES_AT_ONCE = 100
PAUSE_SECONDS = 0.05
"""After LINES_AT_ONCE lines nothing is read for so long. The pipe fills, and then the printing program waits."""


class ReadPipe:
    """Reads nothing before `start`. `on_ended` is called once, when the pipe has been closed at either end."""

    def __init__(self, file: IO[bytes], on_ended: Callable[[], None]) -> None:
        os.set_blocking(file.fileno(), False)
        self.closed = False
        self._file = file
        self._on_ended = on_ended
        self._on_received: Callable[[bytes], None] = _ignore
        self._loop = asyncio.get_running_loop()
        self._poll = select.poll()  # select.select takes no file descriptor above 1023
        self._poll.register(file, select.POLLIN)

    def start(self, on_received: Callable[[bytes], None]) -> None:
        """Call `on_received` with bytes as they arrive, and with no bytes at the end."""
        self._on_received = on_received
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
        """Block the event loop until bytes have arrived, at most `seconds`, rounded up to a millisecond."""
        if not self.closed and self._poll.poll(seconds * 1000):
            self._read()

    def finish(self) -> None:
        """Read what has arrived, and stop."""
        self.wait(0)
        self.close()

    def close(self) -> None:
        """Stop reading."""
        if not self.closed:
            self.pause()
            self.closed = True
            self._file.close()
            on_received, on_ended = self._on_received, self._on_ended
            # Without its references to the receivers, they are freed at once, not by a late garbage collection.
            self._on_received, self._on_ended = _ignore, _ignore_end
            on_received(b"")
            on_ended()

    def _read(self) -> None:
        data = self._file.read(READ_BYTES)
        if data:
            self._on_received(data)
        elif data is not None:  # None: no bytes have arrived; empty: no more bytes will arrive
            self.close()


class PrintedLines:
    """Calls `emit` with each line that comes out of `pipe`, without its line end.

    The lines of a flood are late, so that other work can go on; `on_received` gets all bytes as they arrive.
    """

    def __init__(
        self, pipe: ReadPipe, emit: Callable[[str], None], on_received: Callable[[bytes], None] | None = None
    ) -> None:
        self._pipe = pipe
        self._emit = emit
        self._on_received = on_received or _ignore
        self._text = bytearray()
        self._pausing = False
        pipe.start(self._receive)

    def _receive(self, data: bytes) -> None:
        self._on_received(data)
        self._text += data
        if not self._pausing:
            self._forward()

    def _forward(self) -> None:
        for _ in range(LINES_AT_ONCE):
            line = self._next_line()
            if line is None:
                return
            self._emit(line.decode(errors="replace"))
        self._pausing = True
        self._pipe.pause()
        asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._continue)

    def _next_line(self) -> bytes | None:
        """Take the next line out of the text. None if it has not arrived as a whole."""
        end = self._text.find(b"\n", 0, LINE_BYTES_MAX + 1)
        if end >= 0:
            line, rest = bytes(self._text[:end]), end + 1
        elif len(self._text) > LINE_BYTES_MAX or (self._text and self._pipe.closed):
            line = bytes(self._text[:LINE_BYTES_MAX])
            rest = len(line)
        else:
            return None
        del self._text[:rest]
        return line

    def _continue(self) -> None:
        self._pausing = False
        self._pipe.resume()
        self._forward()


def _ignore(data: bytes) -> None:
    """Stands in for a receiver before the pipe is started and after it has ended."""


def _ignore_end() -> None:
    """Stands in for `on_ended` after it has been called."""
