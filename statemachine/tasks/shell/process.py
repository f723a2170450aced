"""The process of a shell command: run to its end within limits, or killed with its group.

Must not know tasks or settings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from statemachine.processes.process import Process
from statemachine.processes.time_limit import TimeLimit


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """A process that runs for more than `seconds`, or writes more than `stdout_bytes`, is killed. Of stderr the last
    `stderr_bytes` are kept."""

    seconds: float
    stdout_bytes: int
    stderr_bytes: int


Limit = Literal["seconds", "stdout_bytes"]


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """`exceeded` is the limit for which the process was killed, if it was. `status` is as Python has it: negative for a
    signal."""

    exceeded: Limit | None
    status: int
    stdout: bytes
    stderr: bytes


async def run_process(
    argv: Sequence[str], environment: Mapping[str, str], directory: str, limits: ProcessLimits
) -> ProcessResult:
    """Run a program; its standard input is empty. Raises OSError if it cannot be started. When this returns or has been
    cancelled, no process of its group is left."""
    process = _LimitedProcess(argv, environment, directory, limits)
    time_limit = TimeLimit(limits.seconds, process.time_out)
    try:
        return await asyncio.shield(process.result)
    except asyncio.CancelledError:
        process.kill()
        await asyncio.shield(process.result)
        raise
    finally:
        time_limit.cancel()


class _LimitedProcess(Process):
    def __init__(
        self, argv: Sequence[str], environment: Mapping[str, str], directory: str, limits: ProcessLimits
    ) -> None:
        super().__init__(argv, environment, directory)
        self.result: asyncio.Future[ProcessResult] = self._loop.create_future()
        self._limits = limits
        self._exceeded: Limit | None = None
        self._stdout = bytearray()
        self._stderr = bytearray()
        self.stdout.start(self._on_stdout)
        self.stderr.start(self._on_stderr)

    def time_out(self) -> None:
        """Kill the group because its time is up, unless the process has exited."""
        if not self.exited:
            self._exceed("seconds")

    def _exceed(self, limit: Limit) -> None:
        if self._exceeded is None:
            self._exceeded = limit
            self.kill()

    def on_ended(self, status: int) -> None:
        self.result.set_result(ProcessResult(self._exceeded, status, bytes(self._stdout), bytes(self._stderr)))

    def _on_stdout(self, data: bytes) -> None:
        self._stdout += data[: self._limits.stdout_bytes + 1 - len(self._stdout)]
        if len(self._stdout) > self._limits.stdout_bytes:
            self._exceed("stdout_bytes")

    def _on_stderr(self, data: bytes) -> None:
        self._stderr += data
        del self._stderr[: -self._limits.stderr_bytes]
