"""Noticing that a client has disconnected while its request is held. Must not know a verb."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from falcon.asgi import Request

from statemachine.errors import ServiceError
from statemachine.service.actions import Action

DISCONNECTED = "statemachine.disconnected"
"""The key in the ASGI scope of a coroutine function that returns when the client disconnects."""

A = TypeVar("A")


def enable_disconnect_check(scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]]) -> None:
    """Let `while_connected` notice that the client of the request in `scope` disconnects."""

    async def disconnected() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    scope[DISCONNECTED] = disconnected


async def while_connected(request: Request, action: Action[A], answer: Awaitable[A]) -> A:
    """The answer of an action. A cancellable action is cancelled as soon as the client disconnects.

    Call it when the body has been read. Raises ServiceError ClientDisconnected.
    """
    if not action.cancellable:
        return await answer
    disconnecting = asyncio.ensure_future(request.scope[DISCONNECTED]())
    await asyncio.sleep(0)  # the work for a client that has gone already does not begin
    working = asyncio.ensure_future(answer)
    try:
        if not disconnecting.done():
            await asyncio.wait({working, disconnecting}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ServiceError("ClientDisconnected", "The client has disconnected")
    finally:
        disconnecting.cancel()
        working.cancel()
