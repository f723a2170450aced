"""Which execution is being stepped, in a file that survives a kill of the process.

The kernel keeps the pages of the file, so a mark costs no write to the disk. It is lost if the machine goes down. Must
not know the store.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import structlog

MARK_BYTES = 1024
"""The size of the file: longer than the id of any execution."""
LONG_SECONDS = 5.0
"""A step that runs longer is logged."""

log = structlog.get_logger()


class StepMark:
    """The mark of one process. Without a file it does not survive.

    `left` is the id of the execution that was being stepped when the process before this one ended, None if there was
    none. `current` is the id of the one that is being stepped, with the time of its begin.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.current: tuple[str, float] | None = None
        self._area: mmap.mmap | bytearray = bytearray(MARK_BYTES)
        if file is not None:
            opened = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                # Without its own block on the disk, the first write would be a SIGBUS if the disk is full.
                os.posix_fallocate(opened, 0, MARK_BYTES)
                self._area = mmap.mmap(opened, MARK_BYTES)
            finally:
                os.close(opened)
        name = bytes(self._area[1:]).split(b"\0", 1)[0]
        self.left = name.decode(errors="replace") if self._area[0] else None
        self._written = ""
        self.end()

    def begin(self, id: str) -> None:
        """The step of an event of that execution begins."""
        self.current = id, monotonic()
        if id != self._written:
            self._written = id
            name = id.encode()
            self._area[1 : len(name) + 2] = name + b"\0"
        self._area[0] = 1

    def end(self) -> None:
        """The step has ended."""
        self._area[0] = 0
        self.current = None


class StepWatch:
    """A thread that logs a step which runs long, with the name of its execution."""

    def __init__(self, mark: StepMark) -> None:
        self._mark = mark
        self._closed = Event()
        self._told: tuple[str, float] | None = None
        self._thread = Thread(target=self._watch, name="step-watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def close(self) -> None:
        """Watch no longer."""
        self._closed.set()

    def look_at(self, now: float) -> None:
        """Log the step that is being made, once, if it runs long."""
        current = self._mark.current
        if current is None or current is self._told or now - current[1] < LONG_SECONDS:
            return
        self._told = current
        log.error("step runs long", execution=current[0], seconds=round(now - current[1], 1))

    def _watch(self) -> None:
        while not self._closed.wait(1.0):
            self.look_at(monotonic())
