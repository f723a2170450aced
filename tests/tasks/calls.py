"""Short forms for these tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from statemachine.tasks.invocation import FunctionName, Invocation
from statemachine.tasks.kind import Outcome, Task
from statemachine.tasks.pool import FunctionPool

FUNCTIONS = str(Path(__file__).with_name("operator_functions.py"))
REQUEST_ID = "0b9c2a36-6c5e-4f0c-9d6b-6f5b6a0d7a11"
ACCOUNT = "000000000000"
DIRECT = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:"
INVOKE = "arn:aws:states:::lambda:invoke"


def invocation(name: str, payload: str = "{}", **members: Any) -> Invocation:
    """A call of the function `name`."""
    function = FunctionName("aws", "us-east-1", ACCOUNT, name, members.pop("qualifier", None))
    return Invocation(function, payload, REQUEST_ID, **members)


def task(resource: str, arguments: Any, text: str, token: str = "token") -> Task:
    """One attempt of a Task state."""
    execution = f"arn:aws:states:us-east-1:{ACCOUNT}:execution:machine:name"
    return Task(token, REQUEST_ID, resource, arguments, text, execution, "State", "us-east-1", ACCOUNT)


class Answers:
    """An `Answer` that keeps what it was told and lets a test wait for it."""

    def __init__(self) -> None:
        self.given: list[tuple[str, Outcome]] = []
        self._arrived = asyncio.Event()

    def __call__(self, token: str, outcome: Outcome) -> None:
        self.given.append((token, outcome))
        self._arrived.set()

    async def first(self) -> Outcome:
        await self._arrived.wait()
        return self.given[0][1]


@asynccontextmanager
async def running_pool(
    workers_max: int = 1, printed: Callable[[str, str], None] | None = None, sources: tuple[str, ...] = (FUNCTIONS,)
) -> AsyncIterator[FunctionPool]:
    """A pool that has started, and is closed at the end."""
    pool = FunctionPool(sources, workers_max, printed or (lambda function, line: None))
    await pool.start()
    try:
        yield pool
    finally:
        await pool.close()


Body = Callable[[], Coroutine[Any, Any, None]]
