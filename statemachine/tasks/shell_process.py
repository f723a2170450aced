"""One process in a group of its own: run to its end within its limits, or killed with its whole group.

Knows neither tasks nor settings.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

LINGER_SECONDS = 0.5
"""How long the pipes are read after the process has ended: one that left its group may hold them open."""


@dataclass(frozen=True, slots=True)
class Limits:
    """A process that runs for longer, or writes more to stdout, is killed; of stderr only the end is kept."""

    seconds: float
    stdout_bytes: int
    stderr_bytes: int


@dataclass(frozen=True, slots=True)
class Ended:
    """`exceeded` is "seconds" or "stdout_bytes" where the process was killed for it, else empty. `status` is as Python
    has it: negative for a signal."""

    exceeded: str
    status: int
    stdout: bytes
    stderr: bytes


async def run_process(argv: Sequence[str], environment: Mapping[str, str], directory: str, limits: Limits) -> Ended:
    """Run a program with nothing to read. Raises OSError where it cannot be started. When this returns or is cancelled,
    no process of its group is left."""
    loop = asyncio.get_running_loop()
    transport, process = await loop.subprocess_exec(
        lambda: _Process(limits),
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        env=dict(environment),
        cwd=directory,
        start_new_session=True,
    )
    timer = loop.call_later(limits.seconds, process.exceed, "seconds")
    try:
        await asyncio.shield(process.ended)
    except asyncio.CancelledError:
        process.kill()
        await process.ended
        raise
    finally:
        timer.cancel()
    status = transport.get_returncode()
    assert status is not None
    return Ended(process.exceeded, status, bytes(process.stdout), bytes(process.stderr))


class _Process(asyncio.SubprocessProtocol):
    """`ended` is done when the process is reaped and its pipes are closed."""

    def __init__(self, limits: Limits) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.exceeded = ""
        self.stdout = bytearray()
        self.stderr = bytearray()
        self._limits = limits

    def exceed(self, limit: str) -> None:
        """This limit is exceeded: kill the group, unless that was done already."""
        if not self.exceeded:
            self.exceeded = limit
            self.kill()

    def kill(self) -> None:
        """Kill the group, unless the process has ended: then that was done."""
        if self._transport.get_returncode() is None:
            self._signal_group()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.SubprocessTransport, transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == 2:
            self.stderr += data
            del self.stderr[: -self._limits.stderr_bytes]
            return
        self.stdout += data[: self._limits.stdout_bytes + 1 - len(self.stdout)]
        if len(self.stdout) > self._limits.stdout_bytes:
            self.exceed("stdout_bytes")

    def process_exited(self) -> None:
        self._signal_group()  # what it started and left behind
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self._transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport.close()
        if not self.ended.done():
            self.ended.set_result(None)

    def _signal_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._transport.get_pid(), signal.SIGKILL)
