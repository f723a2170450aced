"""One child process, seen from the server: started, given one request at a time, killed. Knows frames, not JSONata."""

from __future__ import annotations

import asyncio
import os
import select
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from statemachine import frames

Received = Callable[[Any], None]
"""Called with each message, and with None when the child has ended."""

ENVIRONMENT = {"MIMALLOC_ARENA_RESERVE": "0"}
"""The evaluator's allocator would take a gigabyte of addresses at its start, and the limit counts addresses."""

_READ_BYTES = 262_144


class ChildProcess:
    """Starts at once; its first message is "ready"."""

    def __init__(self, memory_bytes: int, received: Received) -> None:
        self._received = received
        self._loop = asyncio.get_running_loop()
        self._process = subprocess.Popen(
            (sys.executable, "-m", "statemachine.evaluators.child", str(memory_bytes)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, **ENVIRONMENT},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests = self._process.stdin.fileno()
        self._answers = self._process.stdout.fileno()
        os.set_blocking(self._requests, False)
        os.set_blocking(self._answers, False)
        self._unsent = b""
        self._frames = frames.FrameReader()
        self._ended = False
        self._loop.add_reader(self._answers, self._read)

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: Any) -> None:
        """Send a message, as the child reads it."""
        self._unsent += frames.pack(message)
        self._write()

    def wait(self, seconds: float) -> None:
        """Hold the loop for at most that long, until something has come."""
        if not self._ended and select.select([self._answers], [], [], seconds)[0]:
            self._read()

    def kill(self) -> None:
        """End it now; `received` hears of it."""
        self._process.kill()

    def close(self) -> None:
        """End it and forget it."""
        self._process.kill()
        self._end()

    def _write(self) -> None:
        try:
            while self._unsent:
                self._unsent = self._unsent[os.write(self._requests, self._unsent) :]
        except BlockingIOError:
            self._loop.add_writer(self._requests, self._write)
            return
        except BrokenPipeError:
            self._unsent = b""
        self._loop.remove_writer(self._requests)

    def _read(self) -> None:
        try:
            data = os.read(self._answers, _READ_BYTES)
        except BlockingIOError:
            return
        if not data:
            self._end()
            self._received(None)
            return
        for message in self._frames.feed(data):
            self._received(message)

    def _end(self) -> None:
        if self._ended:
            return
        self._ended = True
        self._loop.remove_reader(self._answers)
        self._loop.remove_writer(self._requests)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()
