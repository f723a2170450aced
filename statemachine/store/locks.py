"""Locks on a data directory, so that it has one owner. They know nothing of servers, workers or stores.

The kernel releases a lock (flock) when the last process that has it open ends, also when that process is killed. So
there are no stale locks, and the lock files are never deleted. A forked child shares the lock of its parent. A program
that is started does not share it, unless it is given `fileno()`.
"""

from __future__ import annotations

import fcntl
import math
import os
import time
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock

SERVER = "server.lock"
INTERPRETER = "interpreter.lock"

_POLL_SECONDS = 0.05


class DirectoryInUse(Exception):
    """Another process holds the lock file `path`. `pid` is None if the file does not name the process."""

    def __init__(self, path: Path, pid: int | None) -> None:
        holder = "another process" if pid is None else f"process {pid}"
        super().__init__(f"{path.parent} is in use by {holder}, which holds {path.name}")
        self.path = path
        self.pid = pid


class DirectoryLock:
    """The lock file `name` in the real path of `directory`, which must exist. It is acquired once and released once."""

    def __init__(self, directory: str | os.PathLike[str], name: str) -> None:
        self.path = Path(os.path.realpath(directory)) / name
        self._descriptor: int | None = None
        self._guard = Lock()
        self._released = Event()

    @property
    def held(self) -> bool:
        """Does this process hold the lock?"""
        return self._descriptor is not None

    def fileno(self) -> int:
        """The descriptor that holds the lock, for the `pass_fds` of a program that shares the lock."""
        assert self._descriptor is not None, "the lock is not held"
        return self._descriptor

    def holder(self) -> int | None:
        """The pid in the file, which the present or the last holder wrote, or None if it cannot be read."""
        with suppress(OSError, ValueError):
            return int(self.path.read_text())
        return None

    def acquire(self, wait: float | None = None) -> None:
        """Take the lock. Waits for at most `wait` seconds, or without a limit if `wait` is None.

        Raises DirectoryInUse after that time, or when another thread calls `release` in the meantime.
        """
        until = math.inf if wait is None else time.monotonic() + wait
        while not self._try():
            left = until - time.monotonic()
            if left <= 0 or self._released.wait(min(_POLL_SECONDS, left)):
                raise DirectoryInUse(self.path, self.holder())

    def release(self) -> None:
        """Release the lock, or stop waiting for it. It cannot be acquired again. A second call does nothing."""
        with self._guard:
            self._released.set()
            if self._descriptor is not None:
                # Closing does not unlock: a forked child that shares the lock keeps it.
                os.close(self._descriptor)
                self._descriptor = None

    def _try(self) -> bool:
        with self._guard:
            if self._released.is_set():
                return False
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                os.close(descriptor)
                if isinstance(error, BlockingIOError):
                    return False
                raise
            self._descriptor = descriptor
            with suppress(OSError):  # the pid is only for messages: the lock must be taken on a full disk too
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            return True
