"""Locks on a data directory, so that it has one owner. They know nothing of servers, workers or stores.

The kernel releases a lock (flock) when the last process that has it open ends, also when that process is killed. So
there are no stale locks, and the lock files are never deleted. A forked child shares the lock of its parent. A program
that is started does not share it, unless it is given `fileno()`.
"""

from __future__ import annotations

import errno
import fcntl
import math
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock

from statemachine.processes.holders import is_alive, lock_holders, name_process
from statemachine.store.directory import LINK_REFUSED, check_identity, identity

SERVER = "server.lock"
INTERPRETER = "interpreter.lock"

NOTICE_SECONDS = 0.5
"""After this time a process that waits for a lock is told which one holds it."""
_POLL_SECONDS = 0.05


class DirectoryInUse(Exception):
    """Another process holds the lock file `path`. `holder` names it, and says since when it has the lock."""

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(f"{path.parent} is in use by {holder}, which holds {path.name}")
        self.path = path
        self.holder = holder


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

    def holder(self) -> str:
        """The process that holds the lock, as far as it is known: its pid, its program, and since when it has the lock.

        The file has the pid of the process that took the lock. If that one is dead, a child that it forked may hold the
        lock still.
        """
        pid, since = None, ""
        with suppress(OSError, ValueError):
            pid = int(self.path.read_text())
            since = time.strftime(", since %Y-%m-%d %H:%M:%S", time.localtime(self.path.stat().st_mtime))
        holders = lock_holders(self.path)
        if holders and pid not in holders:
            pid = holders[0]
        if pid is None or not is_alive(pid):
            return "another process"
        return f"{name_process(pid)}{since}"

    def acquire(self, wait: float | None = None, on_wait: Callable[[DirectoryInUse], None] | None = None) -> None:
        """Take the lock. Waits for at most `wait` seconds, or without a limit if `wait` is None.

        `on_wait` is called once, if the lock is not free after NOTICE_SECONDS. Raises DirectoryInUse after `wait`
        seconds, or when another thread calls `release` in the meantime. Raises OSError if the file cannot be opened or
        is a symbolic link.
        """
        began = time.monotonic()
        until = math.inf if wait is None else began + wait
        while not self._try():
            left = until - time.monotonic()
            if on_wait is not None and time.monotonic() - began >= NOTICE_SECONDS:
                on_wait(DirectoryInUse(self.path, self.holder()))
                on_wait = None
            if left <= 0 or self._released.wait(min(_POLL_SECONDS, left)):
                raise DirectoryInUse(self.path, self.holder())

    def check(self) -> None:
        """Raises StoreMoved if the lock is held, and its file is no longer at the path."""
        with self._guard:
            if self._descriptor is not None:
                check_identity(self.path, identity(os.fstat(self._descriptor)))

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
            descriptor = self._open()
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

    def _open(self) -> int:
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise OSError(error.errno, LINK_REFUSED, str(self.path)) from None
            raise
