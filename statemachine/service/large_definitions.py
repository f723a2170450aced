"""Where definitions are checked, so that large ones do not hold up other requests. Must not know what is checked.

A check takes Python's lock (GIL) for up to seconds. So large definitions are checked one after the other in a thread of
their own, and only a few of them wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, TypeVar

from statemachine.errors import ServiceError

LARGE = 65_536
"""From so many characters on a definition is large. Below, a check takes a tenth of a second at most."""
WAITING_MAX = 4
"""The most large definitions that wait or are being checked."""

P = ParamSpec("P")
Result = TypeVar("Result")


class DefinitionChecks:
    """The checks of one server."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="large-definitions")
        self._waiting = 0

    async def run(self, check: Callable[P, Result], text: str, *args: P.args, **kwargs: P.kwargs) -> Result:
        """The result of `check(...)` of a definition or job with that text.

        Raises what `check` raises, and ServiceError ThrottlingException if too many large ones wait.
        """
        if len(text) < LARGE:
            return await asyncio.to_thread(check, *args, **kwargs)
        if self._waiting >= WAITING_MAX:
            message = f"{WAITING_MAX} definitions of {LARGE} characters or more are being checked; try again."
            raise ServiceError("ThrottlingException", message)
        work = self._thread.submit(check, *args, **kwargs)
        self._waiting += 1
        # The thread is done with it also if the client has gone meanwhile.
        loop = asyncio.get_running_loop()

        def done(_: object) -> None:
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(self._one_less)

        work.add_done_callback(done)
        return await asyncio.wrap_future(work)

    def _one_less(self) -> None:
        self._waiting -= 1
