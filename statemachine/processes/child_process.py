"""A child process that replies to messages, seen from the server. Must not know the meaning of a message."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from subprocess import PIPE

from statemachine.processes.frames import START_NUMBER, JsonValue, ReplyReader, pack
from statemachine.processes.pipes import PrintedLines
from statemachine.processes.process import Process

EXIT_SECONDS_MAX = 0.5
"""How long a process may live on after it has closed its output. Most often it is about to exit and to say why."""


class ChildProcess(Process):
    """A process that replies to each message with one message, after a first message that says that it is ready.

    The caller must wait for the reply before it sends the next message. A process that sends anything else than the
    next reply is killed. `usable` is False if the process has exited, has closed its output or was killed.
    """

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str]) -> None:
        super().__init__(argv, environment, stdin=PIPE)
        assert self._process.stdin is not None
        self._stdin = self._process.stdin
        os.set_blocking(self._stdin.fileno(), False)
        self.usable = True
        self._unsent = bytearray()
        self._writer_registered = False
        self._number = START_NUMBER
        self._replies = ReplyReader()
        self.stdout.start(self._read)
        PrintedLines(self.stderr, self.on_printed, self.on_written)

    @abstractmethod
    def on_received(self, message: JsonValue) -> None:
        """The process has sent a message."""

    def on_written(self, data: bytes) -> None:
        """The process has written these bytes to standard error. They come before the lines in them."""

    @abstractmethod
    def on_printed(self, line: str) -> None:
        """The process has written a line to standard error."""

    def send(self, message: JsonValue) -> None:
        """Send a message. It is lost if the process ends before it has read it."""
        self._number += 1
        self._replies.expect(self._number)
        self._unsent += pack(self._number, message)
        self._write()

    def kill(self) -> None:
        """End the process and those of its group at once. Nothing is received any more; `on_ended` will be called."""
        super().kill()
        self.stdout.close()

    def _on_exit(self) -> None:
        self.usable = False
        super()._on_exit()

    def _write(self) -> None:
        """Write what the pipe takes now. If that is not all, write the rest when the pipe takes more."""
        try:
            while self._unsent and (count := self._stdin.write(self._unsent)):
                del self._unsent[:count]
        except BrokenPipeError:
            self.stdout.close()  # it reads no messages, so it sends no replies
            return
        if self._unsent and not self._writer_registered:
            self._loop.add_writer(self._stdin, self._write)
        elif self._writer_registered and not self._unsent:
            self._loop.remove_writer(self._stdin)
        self._writer_registered = bool(self._unsent)

    def _read(self, data: bytes) -> None:
        if not data:
            self.usable = False
            self._loop.remove_writer(self._stdin)
            self._stdin.close()
            self._loop.call_later(EXIT_SECONDS_MAX, self.kill)
        try:
            replies = self._replies.feed(data)
        except ValueError:
            # The reason is foreign code that writes to the private pipe. No reply can be trusted any more.
            self.kill()
            return
        for reply in replies:
            self.on_received(reply)
