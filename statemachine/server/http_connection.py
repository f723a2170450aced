"""One HTTP connection, with bounds on what a client may cost the server: bytes, fields, requests and time.

uvicorn's protocol has none of these bounds. Must not know a route.
"""

from __future__ import annotations

import asyncio
from enum import Enum
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from statemachine.api.refusals import ErrorAnswer, is_for_aws, refusal
from statemachine.errors import ServiceError
from statemachine.server.open_connections import OpenConnections

HEAD_BYTES_MAX = 65_536
"""The most bytes before a body, and the most bytes of the trailers after it."""
FIELDS_MAX = 100
"""The most header fields of a request, as in gunicorn."""
PIPELINED_MAX = 16
"""The most requests that wait on a connection while an earlier one is answered. The connection ends after them."""

HEAD_TOO_LARGE = ServiceError(
    "RequestHeaderFieldsTooLarge",
    f"The request line and the header fields may have {HEAD_BYTES_MAX} bytes and {FIELDS_MAX} fields.",
)
NOT_HTTP = ServiceError("BadRequest", "This is not a valid HTTP/1.1 request.")
ONE_HOST = ServiceError("BadRequest", "A request has exactly one Host header (RFC 9112).")
FULL = ServiceError("ServiceUnavailable", "The server has all the connections it takes (connections_max); try again.")


class Receiving(Enum):
    """What a connection receives."""

    NOTHING = 0
    HEAD = 1
    BODY = 2


class HttpConnection(HttpToolsProtocol):
    """uvicorn's protocol for one connection, with bounds. `open_connections` is shared by those of a server."""

    def __init__(self, open_connections: OpenConnections, **given: Any) -> None:
        super().__init__(**given)
        self._open = open_connections
        self._receiving = Receiving.NOTHING
        self._unparsed = 0
        """How many bytes came since a head, a piece of a body or a whole request was parsed."""
        self._error: ServiceError | None = None
        """Why a callback of the parser stopped it."""
        self._ended = False
        self._deadline: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self.url = b""

    # What the transport calls.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place among the open connections. Without a place, the first request is answered with 503."""
        super().connection_made(transport)
        if not self._open.enter(self, len(self.connections)):
            self.app = _refusing(FULL)
        self._set_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        """Release the place."""
        super().connection_lost(exc)
        self._cancel_deadline()
        self.resume_writing()
        self._open.leave(self)

    def data_received(self, data: bytes) -> None:
        """Parse what came. Refuses a request that is too large or is not HTTP."""
        if self._ended:
            return
        self._unset_keepalive_if_required()
        self._unparsed += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.cycle.keep_alive = False  # the parser takes no other request after this one
        except httptools.HttpParserError:
            self._refuse(self._error or NOT_HTTP)
            return
        if self._unparsed > HEAD_BYTES_MAX:
            self._refuse(HEAD_TOO_LARGE)
        elif self._receiving is Receiving.NOTHING and self._answering():
            self._cancel_deadline()
        elif self._deadline is None:
            self._set_deadline()

    def pause_writing(self) -> None:
        """The client does not read its answer: it has as long as for sending a request."""
        super().pause_writing()
        self._stalled = self.loop.call_later(self._open.seconds_max, self.transport.abort)

    def resume_writing(self) -> None:
        """The client reads again."""
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def timeout_keep_alive_handler(self) -> None:
        """End a connection without requests, also if the client has not read its last answer."""
        self.transport.abort()

    # What the parser calls. An exception stops it: `feed_data` raises HttpParserError.

    def on_message_begin(self) -> None:
        """A request begins."""
        if len(self.pipeline) >= PIPELINED_MAX:
            raise self._stop(NOT_HTTP)
        super().on_message_begin()
        self._receiving = Receiving.HEAD

    def on_headers_complete(self) -> None:
        """A head is complete."""
        if len(self.headers) > FIELDS_MAX or (self._unparsed > HEAD_BYTES_MAX and self._head_bytes() > HEAD_BYTES_MAX):
            raise self._stop(HEAD_TOO_LARGE)
        hosts = sum(1 for name, _ in self.headers if name == b"host")
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() == "1.1"):
            raise self._stop(ONE_HOST)
        self._unparsed = 0
        self._receiving = Receiving.BODY
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of a body."""
        self._unparsed = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is complete."""
        if len(self.headers) > FIELDS_MAX:  # with the trailers
            raise self._stop(HEAD_TOO_LARGE)
        self._unparsed = 0
        self._receiving = Receiving.NOTHING
        self._open.answering(self)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer is complete."""
        super().on_response_complete()
        if not self._answering():
            self._open.idle(self)

    # Bounds.

    def _answering(self) -> bool:
        """Is a request under way?"""
        return self.cycle is not None and not self.cycle.response_complete

    def _head_bytes(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _stop(self, error: ServiceError) -> Exception:
        self._error = error
        return ValueError(error.message)

    def _set_deadline(self) -> None:
        self._deadline = self.loop.call_later(self._open.seconds_max, self._on_deadline)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _on_deadline(self) -> None:
        """The request is not complete in time. A connection on which nothing came ends without a word."""
        if self._receiving is Receiving.NOTHING:
            self.transport.abort()
        else:
            seconds = f"{self._open.seconds_max:g}"
            self._refuse(
                ServiceError("RequestTimeoutException", f"The request was not received within {seconds} seconds.")
            )

    def _refuse(self, error: ServiceError) -> None:
        """Refuse what is being received, and end the connection after the answers to earlier requests."""
        self._ended = True
        in_body = self._receiving is Receiving.BODY
        if self._answering() and not in_body:
            self.cycle.keep_alive = False
            return
        if in_body:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if not in_body or not (self.pipeline or self.cycle.response_started):
            method = self.parser.get_method().decode("ascii")
            path = self.url.partition(b"?")[0].decode("ascii", "replace")
            self.transport.write(_bytes_of(refusal(error, for_aws=is_for_aws(method, path))))
        self.transport.close()
        self._cancel_deadline()
        self._deadline = self.loop.call_later(self._open.seconds_max, self.transport.abort)


def _headers_of(refused: ErrorAnswer) -> list[tuple[bytes, bytes]]:
    headers = {
        "content-type": refused.content_type,
        "content-length": str(len(refused.body.encode())),
        "connection": "close",
        **refused.headers,
    }
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def _bytes_of(refused: ErrorAnswer) -> bytes:
    lines = [f"HTTP/1.1 {refused.status} {HTTPStatus(refused.status).phrase}".encode()]
    lines += [name + b": " + value for name, value in _headers_of(refused)]
    return b"\r\n".join([*lines, b"", refused.body.encode()])


def _refusing(error: ServiceError) -> Any:
    """An ASGI application that refuses every request, and ends its connection."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        refused = refusal(error, for_aws=is_for_aws(scope["method"], scope["path"]))
        await send({"type": "http.response.start", "status": refused.status, "headers": _headers_of(refused)})
        await send({"type": "http.response.body", "body": refused.body.encode()})

    return application
