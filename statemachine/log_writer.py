"""Writes log lines in a thread of its own, so that no work waits for the reader of the log.

The reader may be slow, stop or go: a pipe without a reader, a terminal that is held, a full disk. Lines that do not fit
into the queue or cannot be written are dropped and counted. Must not know what a line says.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

QUEUE_BYTES_MAX = 1024 * 1024
"""The most bytes that wait for the reader. Further lines are dropped."""
GATHER_SECONDS = 0.01
"""The thread writes at once what comes in this time: fewer wake-ups, and fewer calls of the system."""
PIECE_BYTES_MAX = 4096
"""The most bytes of one write, but for a longer line. A pipe takes so many as a whole (PIPE_BUF on Linux), so the lines
of several processes do not mix."""


class _Stream(Protocol):
    """What lines are written to. It should have no buffer, so that no part of a failed line is written later."""

    def write(self, data: bytes, /) -> int | None: ...


class LogWriter:
    """The queue of lines and its thread, which starts at the first line. A forked child begins with an empty queue.

    `dropped` is the number of lines that were lost. `on_dropped` is called in the thread with their number since the
    last call, when a line could be written again. A line that it writes itself always fits into the queue.
    """

    def __init__(self, stream: _Stream, on_dropped: Callable[[int], None]) -> None:
        self._stream = stream
        self._on_dropped = on_dropped
        self._begin()
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        self.dropped = 0
        self._told = 0
        self._lines: deque[bytes] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self._awake = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._hurry = threading.Event()
        self._thread: threading.Thread | None = None

    def msg(self, line: bytes) -> None:
        """Hand over a line without its end. This never waits for the reader."""
        with self._lock:
            if self._bytes + len(line) > QUEUE_BYTES_MAX and threading.current_thread() is not self._thread:
                self.dropped += 1
                return
            self._lines.append(line)
            self._bytes += len(line)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="log", daemon=True)
                self._thread.start()
            if self._idle.is_set():
                self._idle.clear()
                self._awake.set()

    debug = info = warning = error = critical = msg

    def flush(self, seconds: float) -> None:
        """Wait until all lines are written, at most for that time."""
        self._hurry.set()
        self._idle.wait(seconds)
        self._hurry.clear()

    def _run(self) -> None:
        while True:
            self._awake.wait()
            self._hurry.wait(GATHER_SECONDS)
            for piece in _pieces(self._take()):
                if not self._write(piece):
                    self.dropped += len(piece)
                elif self.dropped > self._told:
                    lost, self._told = self.dropped - self._told, self.dropped
                    self._on_dropped(lost)

    def _take(self) -> list[bytes]:
        """The lines that wait. If there are none, the thread sleeps until the next one comes."""
        with self._lock:
            lines = list(self._lines)
            self._lines.clear()
            self._bytes = 0
            if not lines:
                self._awake.clear()
                self._idle.set()
            return lines

    def _write(self, lines: Sequence[bytes]) -> bool:
        """Write some lines. False if they cannot be written."""
        data = b"\n".join(lines) + b"\n"
        try:
            while data:
                written = self._stream.write(data)
                if written is None:  # another program has made the stream non-blocking, and it is full
                    time.sleep(GATHER_SECONDS)
                data = data[written or 0 :]
        except OSError:
            return False
        return True


def _pieces(lines: Sequence[bytes]) -> Iterator[list[bytes]]:
    """The lines in groups of at most PIECE_BYTES_MAX, with their ends."""
    piece: list[bytes] = []
    size = 0
    for line in lines:
        if piece and size + len(line) + 1 > PIECE_BYTES_MAX:
            yield piece
            piece, size = [], 0
        piece.append(line)
        size += len(line) + 1
    if piece:
        yield piece
