"""The event loops that the tests of processes run in, and time that passes when a test says so."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvloop

from statemachine.processes.pipes import ReadPipe
from tests.processes.waiting import PATIENCE_SECONDS

Body = Callable[[], Coroutine[Any, Any, None]]

both_loops = pytest.mark.parametrize(
    "factory", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"]
)
"""For tests that take the argument `factory`."""


def run_in(factory: Callable[[], asyncio.AbstractEventLoop], body: Body) -> None:
    """Run a coroutine function in a loop of that kind, for PATIENCE_SECONDS at most."""

    async def patient() -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await body()

    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(patient())


def advance_loop_time(seconds: float) -> None:
    """Let so much time pass at once for the timers of the running loop, which must be asyncio's own.

    The loop's clock stays ahead until the end of the loop, which is the end of the test.
    """
    loop = asyncio.get_running_loop()
    before = loop.time
    loop.time = lambda: before() + seconds  # type: ignore[method-assign]


async def loop_has_read() -> None:
    """Return when the loop has read from every pipe that it watches, and has run the timers that are due.

    It has, when it has read from a pipe that became readable later, because it polls all of them at once.
    """
    reading, writing = os.pipe()
    seen = asyncio.Event()
    later = ReadPipe(os.fdopen(reading, "rb", 0), lambda: None)
    later.start(lambda data: seen.set())
    os.write(writing, b"x")
    await seen.wait()
    os.close(writing)
    later.close()
