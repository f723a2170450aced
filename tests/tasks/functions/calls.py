"""Calls of the operator's functions, in short forms for these tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from statemachine.tasks.functions.invocation import FunctionName, Invocation
from statemachine.tasks.functions.pool import FunctionPool
from tests.tasks.calls import ACCOUNT, REQUEST_ID

FUNCTIONS = str(Path(__file__).with_name("operator_functions.py"))


def invocation(name: str, payload: str = "{}", **members: Any) -> Invocation:
    """A call of the function `name`."""
    function = FunctionName("aws", "us-east-1", ACCOUNT, name, members.pop("qualifier", None))
    return Invocation(function, payload, REQUEST_ID, **members)


@asynccontextmanager
async def running_pool(
    workers_max: int = 1,
    on_printed: Callable[[str, str], None] | None = None,
    sources: tuple[str, ...] = (FUNCTIONS,),
    *,
    poll_seconds: float = 3600.0,
) -> AsyncIterator[FunctionPool]:
    """A pool that has started, and is closed at the end. It looks at its files after `poll_seconds`."""
    with patch("statemachine.tasks.functions.pool.POLL_SECONDS", poll_seconds):
        async with _running_pool(sources, workers_max, on_printed) as pool:
            yield pool


@asynccontextmanager
async def _running_pool(
    sources: tuple[str, ...], workers_max: int, on_printed: Callable[[str, str], None] | None
) -> AsyncIterator[FunctionPool]:
    pool = FunctionPool(sources, workers_max, on_printed or (lambda function, line: None))
    await pool.start()
    try:
        yield pool
    finally:
        await pool.close()
