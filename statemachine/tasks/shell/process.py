"""The process of a command: run to its end within limits, or killed with its group. Must not know tasks or settings."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from statemachine.processes.process import Process


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """A process that runs for longer, or writes more to stdout, is killed. Of stderr only the end is kept."""

    seconds: float
    stdout_bytes: int
    stderr_bytes: int


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """`exceeded` is "seconds" or "stdout_bytes" if the process was killed for that, else empty. `status` is as Python
    has it: negative for a signal."""

    exceeded: str
    status: int
    stdout: bytes
    stderr: bytes


async def run_process(
    argv: Sequence[str], environment: Mapping[str, str], directory: str, limits: ProcessLimits
) -> ProcessResult:
    """Run a program; its standard input is empty. Raises OSError if it cannot be started. When this returns or has been
    cancelled, no process of its group is left."""
    process = _LimitedProcess(argv, environment, directory, limits)
    timer = asyncio.get_running_loop().call_later(limits.seconds, process.exceed, "seconds")
    try:
        return await asyncio.shield(process.result)
    except asyncio.CancelledError:
        process.kill()
        await process.result
        raise
    finally:
        timer.cancel()


class _LimitedProcess(Process):
    def __init__(
        self, argv: Sequence[str], environment: Mapping[str, str], directory: str, limits: ProcessLimits
    ) -> None:
        super().__init__(argv, environment, directory)
        self.result: asyncio.Future[ProcessResult] = self._loop.create_future()
        self._limits = limits
        self._exceeded = ""
        self._written = bytearray()
        self._complaints = bytearray()
        self.stdout.start(self._write)
        self.stderr.start(self._complain)

    def exceed(self, limit: str) -> None:
        """Kill the group because it exceeds this limit, unless it was killed already."""
        if not self._exceeded:
            self._exceeded = limit
            self.kill()

    def ended(self, status: int) -> None:
        self.result.set_result(ProcessResult(self._exceeded, status, bytes(self._written), bytes(self._complaints)))

    def _write(self, data: bytes) -> None:
        self._written += data[: self._limits.stdout_bytes + 1 - len(self._written)]
        if len(self._written) > self._limits.stdout_bytes:
            self.exceed("stdout_bytes")

    def _complain(self, data: bytes) -> None:
        self._complaints += data
        del self._complaints[: -self._limits.stderr_bytes]
