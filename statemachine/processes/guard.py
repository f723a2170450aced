"""A guard that outlives the server for a moment: it kills the process groups that a killed server leaves behind.

Otherwise a shell command, or a program that a function has started, would continue beside its own repetition. Must not
know what the groups do.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from functools import cache
from subprocess import DEVNULL, PIPE, Popen

import structlog

from statemachine.processes import guard_program

log = structlog.get_logger()


class Guard:
    """The guard of this process. It is started with the first group, and again if it has ended. Any thread may call
    it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: set[int] = set()
        self._process: Popen[bytes] | None = None
        self._closed = False
        atexit.register(self._close)

    @property
    def pid(self) -> int | None:
        """The id of its process, None before the first group."""
        return None if self._process is None else self._process.pid

    def watch(self, group: int) -> None:
        """Kill this group if the server ends without a word."""
        with self._lock:
            self._groups.add(group)
            self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        """The first process of this group is reaped: its number may belong to others soon."""
        with self._lock:
            self._groups.discard(group)
            self._tell(f"-{group}\n")

    def _tell(self, line: str) -> None:
        if self._closed:
            return
        try:
            if self._process is not None:
                self._write(self._process, line)
                return
        except OSError:  # it has ended, or does not read
            assert self._process is not None
            self._process.kill()
            self._process.wait()
        try:
            self._process = self._start()
            self._write(self._process, "".join(f"+{group}\n" for group in self._groups))
        except OSError as error:
            self._process = None
            log.warning("guard not started", error=str(error))

    def _start(self) -> Popen[bytes]:
        environment = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
        argv = (sys.executable, "-I", "-S", guard_program.__file__)
        process = Popen(
            argv, bufsize=0, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, env=environment, start_new_session=True
        )
        assert process.stdin is not None
        os.set_blocking(process.stdin.fileno(), False)
        return process

    def _close(self) -> None:
        """The server ends in order: end the guard with it. A thread may still learn that a group has ended."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                assert self._process.stdin is not None
                self._process.stdin.close()
                self._process.wait()

    @staticmethod
    def _write(process: Popen[bytes], lines: str) -> None:
        assert process.stdin is not None
        if process.stdin.write(lines.encode()) != len(lines):
            raise BlockingIOError


@cache
def guard() -> Guard:
    """The one of this process."""
    return Guard()
