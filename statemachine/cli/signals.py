"""The signals that end a command of the CLI in an orderly way. Must not know what the command does."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
"""SIGINT is not one of them: asyncio itself cancels the coroutine on it."""


def run_until_signal(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in an event loop of its own. A signal cancels it, and ends the process when it has ended.

    A signal that the process was started to ignore stays ignored.
    """
    received: list[signal.Signals] = []

    async def main() -> T:
        task = asyncio.current_task()
        assert task is not None

        def end(number: signal.Signals) -> None:
            if not received:  # a second one would cancel the clean-up
                task.cancel()
            received.append(number)

        for number in ENDING_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                asyncio.get_running_loop().add_signal_handler(number, end, number)
        return await coroutine

    try:
        return asyncio.run(main())
    finally:  # with its loop, asyncio has removed the handlers
        if received:
            signal.raise_signal(received[0])
