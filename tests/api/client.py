"""An HTTP client without HTTP: it calls the application as an ASGI server does, whole or in pieces."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from statemachine.api import connection
from statemachine.api.application import build_api
from statemachine.testing import InMemoryServer, in_memory_server
from tests.api.description import check_answer


@dataclass
class Answer:
    """What came back. Header names are in lower case."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Request:
    """A request under way; `parts` are what arrives of the body, `hang_up` is the client's departure."""

    def __init__(
        self, method: str, target: str, headers: Mapping[str, str], *parts: bytes, complete: bool = True
    ) -> None:
        path, _, query = target.partition("?")
        self.scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 8083),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        }
        self.answer = Answer()
        self._arriving: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for number, part in enumerate(parts, 1):
            more = number < len(parts) or not complete
            self._arriving.put_nowait({"type": "http.request", "body": part, "more_body": more})

    def hang_up(self) -> None:
        """The client goes away."""
        self._arriving.put_nowait({"type": "http.disconnect"})

    async def receive(self) -> dict[str, Any]:
        message = await self._arriving.get()
        if message["type"] == "http.disconnect":
            self._arriving.put_nowait(message)  # every later call gives it again
        return message

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.answer.status = message["status"]
            self.answer.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        else:
            self.answer.body += message.get("body", b"")


class Client:
    """Calls an application."""

    def __init__(self, application: Any, host: str = "localhost:8083") -> None:
        self._application = application
        self._host = host

    async def serve(self, request: Request) -> Answer:
        """Let the application serve the request."""
        connection.enable_disconnect_check(request.scope, request.receive)
        await self._application(request.scope, request.receive, request.send)
        answer = request.answer
        if answer.status not in (0, 499):  # no client sees the answers to clients that have gone
            check_answer(request.scope["method"], request.scope["path"], answer.status, answer.headers, answer.body)
        return answer

    async def request(
        self, method: str, target: str, body: bytes | str | Any = b"", headers: Mapping[str, str | None] | None = None
    ) -> Answer:
        """Send a request; a body that is no text is sent as JSON, and a header that is None is left out."""
        if not isinstance(body, bytes):
            body = (body if isinstance(body, str) else json.dumps(body)).encode()
        wanted = {"Host": self._host, "Content-Length": str(len(body))} | dict(headers or {})
        given = {name: value for name, value in wanted.items() if value is not None}
        return await self.serve(Request(method, target, given, body))

    async def aws(self, action: str, members: Any = None, **headers: str) -> Answer:
        """Call an AWS action."""
        given = {"X-Amz-Target": f"AWSStepFunctions.{action}", "Content-Type": "application/x-amz-json-1.0"} | headers
        return await self.request("POST", "/", {} if members is None else members, given)


@asynccontextmanager
async def api_client(**settings: Any) -> AsyncIterator[tuple[InMemoryServer, Client]]:
    """A server in memory, and a client of its APIs."""
    async with in_memory_server(**settings) as server:
        yield server, Client(build_api(server.actions, server.settings))
