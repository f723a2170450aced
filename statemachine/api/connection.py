"""Noticing that a client has gone away while its request is held. Knows no verb."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from falcon.asgi import Request

from statemachine.errors import ServiceError

GONE = "statemachine.gone"
"""The key of the ASGI scope under which a request finds the wait for its client's departure."""


Answer = TypeVar("Answer")


def watch(scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]]) -> None:
    """Let the request in `scope` be asked whether its client has gone."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    scope[GONE] = gone


async def while_connected(request: Request, answer: Awaitable[Answer]) -> Answer:
    """The answer, given up as soon as the client goes away. Call it when the body has been read.

    Raises ServiceError 499 if the client has gone away.
    """
    working = asyncio.ensure_future(answer)
    leaving = asyncio.ensure_future(request.scope[GONE]())
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ServiceError("ClientDisconnected", "The client has gone away", status=499)
    finally:
        leaving.cancel()
        working.cancel()
