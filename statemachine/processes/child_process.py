"""A child process that answers messages, seen from the server. Must not know the meaning of a message."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import partial
from subprocess import PIPE
from typing import Any

from statemachine.processes.frames import FrameReader, pack
from statemachine.processes.pipes import PrintedLines
from statemachine.processes.process import LINGER_SECONDS, Process


class ChildProcess(Process):
    """Must be sent one message at a time, and answers each with one. `usable` is False after its end and `kill`."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str]) -> None:
        super().__init__(argv, environment, stdin=PIPE)
        assert self._process.stdin is not None
        self._stdin = self._process.stdin
        os.set_blocking(self._stdin.fileno(), False)
        self.usable = True
        self._unsent = bytearray()
        self._frames = FrameReader()
        self.stdout.start(self._read)
        PrintedLines(self.stderr, self.printed)

    @abstractmethod
    def received(self, message: Any) -> None:
        """The process has sent a message, a JSON value."""

    @abstractmethod
    def printed(self, line: str) -> None:
        """The process has written a line to standard error."""

    def send(self, message: Any) -> None:
        """Send a JSON value. It is lost if the process ends before it has read it."""
        self._unsent += pack(message)
        self._write()

    def kill(self) -> None:
        """End the process and those of its group at once. Nothing is received any more; `ended` will be called."""
        super().kill()
        self.stdout.close()

    def _exit_seen(self) -> None:
        self.usable = False
        super()._exit_seen()

    def _write(self, *, waiting: bool = False) -> None:
        try:
            while self._unsent and (count := self._stdin.write(self._unsent)):
                del self._unsent[:count]
        except BrokenPipeError:
            self.stdout.close()  # it reads no messages, so it gives no answers
            return
        if self._unsent and not waiting:
            self._loop.add_writer(self._stdin, partial(self._write, waiting=True))
        elif waiting and not self._unsent:
            self._loop.remove_writer(self._stdin)

    def _read(self, data: bytes) -> None:
        if not data:
            self.usable = False
            self._loop.remove_writer(self._stdin)
            self._stdin.close()
            # It is of no use any more. Most often it is about to exit and to give a reason.
            self._loop.call_later(LINGER_SECONDS, self.kill)
        try:
            messages = self._frames.feed(data)
            if len(messages) > 1:
                raise ValueError("more answers than requests")
        except ValueError:
            # Only code that writes to our private pipe can be the reason. Nothing it says can be trusted any more.
            self.kill()
            return
        if messages:
            self.received(messages[0])
