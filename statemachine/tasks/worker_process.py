"""One worker process, seen from the server: started, given one call at a time, killed. Knows frames and signals, not
what a call means."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any, cast

from statemachine import frames
from statemachine.tasks.functions import FunctionsError
from statemachine.tasks.printed_lines import PrintedLines

START_SECONDS_MAX = 60.0
"""How long the modules may take to be imported."""
LINGER_SECONDS = 0.5
"""How long a process may go on without its pipe, and its pipes without it (another process may hold them open)."""

Printed = Callable[[str, str], None]
"""Called with the name of the running function (empty while modules are imported) and a line that it printed."""


class WorkerEnded(Exception):
    """The process ended before it had answered. `status` is as Python has it: negative for a signal."""

    def __init__(self, status: int) -> None:
        super().__init__(reason_of(status))
        self.status = status


def reason_of(status: int) -> str:
    """An exit status in the words of AWS Lambda's service, e.g. `exit status 1`, `signal: killed`."""
    return f"exit status {status}" if status >= 0 else f"signal: {str(signal.strsignal(-status)).lower()}"


class WorkerProcess(asyncio.SubprocessProtocol):
    """Made by `start` only. `functions` are the names that it serves; `ended` is done when the process is reaped and
    its pipes are closed."""

    def __init__(self, printed: Printed) -> None:
        self.functions: frozenset[str] = frozenset()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._printed = printed
        self._running = ""
        self._frames = frames.FrameReader()
        self._answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers_end = False
        self._killed = False

    @classmethod
    async def start(cls, sources: Sequence[str], printed: Printed) -> WorkerProcess:
        """Start a process and wait until it has imported the sources. Raises FunctionsError where it cannot."""
        program = (sys.executable, "-m", "statemachine.tasks.worker", *sources)
        _, worker = await asyncio.get_running_loop().subprocess_exec(
            lambda: cls(printed), *program, start_new_session=True
        )
        try:
            async with asyncio.timeout(START_SECONDS_MAX):
                ready = await worker._answer
            if "failed" in ready:
                raise FunctionsError(ready["failed"])
        except BaseException as error:
            worker.kill()
            await worker.ended
            if isinstance(error, WorkerEnded):
                raise FunctionsError(f"The process that imports the functions ended: {error}") from None
            if isinstance(error, TimeoutError):
                raise FunctionsError(f"Importing takes more than {START_SECONDS_MAX:.0f} seconds") from None
            raise
        worker.functions = frozenset(ready["functions"])
        return worker

    @property
    def id(self) -> int:
        """The process id, which is that of its group too."""
        return self._transport.get_pid()

    @property
    def alive(self) -> bool:
        """Can it be given a call?"""
        return not (self._killed or self._answers_end) and self._transport.get_returncode() is None

    async def call(self, function: str, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request and wait for its answer. Raises WorkerEnded. Whoever cancels it must kill the process."""
        self._running = function
        self._answer = asyncio.get_running_loop().create_future()
        cast(asyncio.WriteTransport, self._transport.get_pipe_transport(0)).write(frames.pack(request))
        answer: dict[str, Any] = await self._answer
        return answer

    def kill(self) -> None:
        """End the process and those that it started, at once."""
        self._killed = True
        if self._transport.get_returncode() is None:
            self._signal_group()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.SubprocessTransport, transport)
        errors = cast(asyncio.ReadTransport, self._transport.get_pipe_transport(2))
        self._lines = PrintedLines(errors, lambda line: self._printed(self._running, line))

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == 2:
            self._lines.feed(data)
            return
        try:
            for message in self._frames.feed(data):
                if self._answer.done():
                    raise ValueError("an answer that nobody asked for")
                self._answer.set_result(message)
        except ValueError:
            # Only code that writes to our private pipe can be the reason; nothing it says can be trusted any more.
            self.kill()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == 1:
            self._answers_end = True
            asyncio.get_running_loop().call_later(LINGER_SECONDS, self.kill)  # most often it is about to exit itself
            self._report_end()
        elif fd == 2:
            self._lines.end()

    def process_exited(self) -> None:
        self._signal_group()
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self._transport.close)
        self._report_end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport.close()
        if not self.ended.done():
            self.ended.set_result(None)

    def _report_end(self) -> None:
        """Only after both: the last answer may still be in the pipe when the process has gone."""
        status = self._transport.get_returncode()
        if status is not None and self._answers_end and not self._answer.done():
            self._answer.set_exception(WorkerEnded(status))

    def _signal_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.id, signal.SIGKILL)
