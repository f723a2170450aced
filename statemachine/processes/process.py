"""One process in a session and group of its own: started, read, killed with its group. Must not know what it does.

Everything happens in the thread of the event loop. That thread must live as long as the server, because on Linux a
process can only ask to die with the thread that started it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from statemachine.processes.pipes import ReadPipe

LINGER_SECONDS = 0.5
"""How long pipes are read after the process has ended: another process may hold them open."""


class Process(ABC):
    """Starts at once. Raises OSError when the system cannot start it. Subclasses must start to read both pipes."""

    def __init__(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        directory: str | None = None,
        stdin: int = subprocess.DEVNULL,
    ) -> None:
        self.exited = False
        self._loop = asyncio.get_running_loop()
        self._process = subprocess.Popen(
            argv,
            bufsize=0,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env=environment,
            cwd=directory,
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self.stdout = ReadPipe(self._process.stdout, self._check_end)
        self.stderr = ReadPipe(self._process.stderr, self._check_end)
        # A thread waits for the exit: that works on every system and in every event loop.
        threading.Thread(target=self._wait_for_exit, daemon=True).start()

    @property
    def pid(self) -> int:
        """The process id, which is that of its group too."""
        return self._process.pid

    @abstractmethod
    def ended(self, status: int) -> None:
        """The process is reaped and both pipes have ended. `status` is as Python has it: negative for a signal."""

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
            self._loop.call_soon_threadsafe(self._exit_seen)

    def _exit_seen(self) -> None:
        self.exited = True
        self._kill_group()  # what it has started and left behind
        self._loop.call_later(LINGER_SECONDS, self.stdout.close)
        self._loop.call_later(LINGER_SECONDS, self.stderr.close)
        self._check_end()

    def _check_end(self) -> None:
        """After the pipes as well as the exit: the last bytes may still be in them when the process is gone."""
        if self.exited and self.stdout.closed and self.stderr.closed:
            self.ended(self._process.returncode)
