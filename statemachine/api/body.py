"""Reads the body of a request, limited in bytes. Must not know a format.

The connection limits the time in which a request must have come.
"""

from __future__ import annotations

from falcon.asgi import Request

from statemachine.errors import ServiceError


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
    return b"".join(parts)


def _too_large(bytes_max: int) -> ServiceError:
    text = f"The request is larger than {bytes_max} bytes."
    return ServiceError("RequestEntityTooLargeException", text)
