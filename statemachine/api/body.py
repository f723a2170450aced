"""Reads the body of a request, limited in bytes. Must not know a format.

The connection limits the time in which a request must have come.
"""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

from falcon.asgi import Request

from statemachine.errors import ServiceError

LARGE = 65_536
"""A body of so many bytes takes a millisecond or more to parse."""
_TURNS: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()
"""The turn of large bodies, by event loop."""


async def read_body(request: Request, bytes_max: int) -> bytes:
    """The whole body. Raises ServiceError RequestEntityTooLargeException (413), or IncompleteBody if the client
    disconnected before it had sent all."""
    announced = request.content_length or 0
    if announced > bytes_max:
        raise _too_large(bytes_max)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream:
        size += len(part)
        if size > bytes_max:
            raise _too_large(bytes_max)
        parts.append(part)
    if size < announced:
        raise ServiceError("IncompleteBody", f"Only {size} of {announced} bytes of the request were received.")
    if size >= LARGE:
        # Large bodies that come at once are parsed in different iterations of the event loop, with others in between.
        async with _TURNS.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            await asyncio.sleep(0)
    return b"".join(parts)


def _too_large(bytes_max: int) -> ServiceError:
    text = f"The request is larger than {bytes_max} bytes."
    return ServiceError("RequestEntityTooLargeException", text)
