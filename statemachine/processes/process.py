"""One process in a session and group of its own: started, read, killed with its group. Must not know its work."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from subprocess import DEVNULL, PIPE, Popen

from statemachine.processes.pipes import ReadPipe

LINGER_SECONDS = 0.5
"""How long pipes are read after the process has ended: another process may hold them open."""


_groups: set[int] = set()
"""The groups of the processes that have not ended."""


def kill_all_groups() -> None:
    """End all processes that this one has started, and their groups. Any thread may call this: nothing is noticed."""
    for group in tuple(_groups):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


class Process(ABC):
    """The constructor starts the process, and raises OSError if the system cannot start it. Subclasses must start to
    read both pipes. `pid` is the id of the process and of its group."""

    def __init__(
        self, argv: Sequence[str], environment: Mapping[str, str], cwd: str | None = None, stdin: int = DEVNULL
    ) -> None:
        self._exit_noticed = False
        self._loop = asyncio.get_running_loop()
        self._process = Popen(
            argv, bufsize=0, stdin=stdin, stdout=PIPE, stderr=PIPE, env=environment, cwd=cwd, start_new_session=True
        )
        self.pid = self._process.pid
        _groups.add(self.pid)
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self.stdout = ReadPipe(self._process.stdout, self._check_end)
        self.stderr = ReadPipe(self._process.stderr, self._check_end)
        try:  # a thread waits for the exit: that works on every system and in every event loop
            threading.Thread(target=self._wait_for_exit, daemon=True).start()
        except RuntimeError as error:  # the system has no room for a thread just now
            self._kill_group()
            self.stdout.close()
            self.stderr.close()
            if self._process.stdin is not None:
                self._process.stdin.close()
            raise OSError(str(error)) from error

    @abstractmethod
    def on_ended(self, status: int) -> None:
        """The process is reaped and both pipes have ended. `status` is as Python has it: negative for a signal."""

    @property
    def exited(self) -> bool:
        """Has the process exited? The event loop may not have been told yet."""
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:  # it is reaped already
            return True

    def kill(self) -> None:
        """End the process and those of its group at once."""
        if self._process.returncode is None:
            self._kill_group()

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def _wait_for_exit(self) -> None:
        self._process.wait()
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._on_exit)

    def _on_exit(self) -> None:
        self._exit_noticed = True
        self._kill_group()  # the processes that it has started and left behind
        _groups.discard(self.pid)
        self._loop.call_later(LINGER_SECONDS, self.stdout.finish)
        self._loop.call_later(LINGER_SECONDS, self.stderr.finish)
        self._check_end()

    def _check_end(self) -> None:
        """After the pipes as well as the exit: the last bytes may still be in them when the process is gone."""
        if self._exit_noticed and self.stdout.closed and self.stderr.closed:
            self.on_ended(self._process.returncode)
