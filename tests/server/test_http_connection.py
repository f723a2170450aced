"""The bounds of a connection: what a client may send, how long it may take, and how many connections there may be.

A real socket on an application that answers with the path, or waits as long as the path says so.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from statemachine.server.http_connection import FIELDS_MAX, HEAD_BYTES_MAX, PIPELINED_MAX, HttpConnection
from statemachine.server.open_connections import REFUSED_MAX, OpenConnections

HOST = b"Host: localhost\r\n"
NEVER = 3_600.0
SOON = 0.3
PATIENCE_SECONDS = 30.0
LARGE = b"x" * 4_000_000


class Application:
    """Answers with the path. `/held` is answered when `release` is set, and `/large` with LARGE."""

    def __init__(self) -> None:
        self.release = asyncio.Event()
        self.paths: list[str] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.paths.append(scope["path"])
        more = True
        while more:
            message = await receive()
            more = message.get("more_body", False)
        if scope["path"].startswith("/held"):
            await self.release.wait()
        body = LARGE if scope["path"] == "/large" else scope["path"].encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Client:
    """One connection to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *parts: bytes) -> None:
        """Send as far as the server takes it."""
        try:
            for part in parts:
                self.writer.write(part)
                await self.writer.drain()
        except ConnectionError:
            pass

    async def answers(self) -> bytes:
        """All that comes until the server ends the connection."""
        found = b""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while part := await self.reader.read(65_536):
                    found += part
        except ConnectionError:
            pass
        return found

    async def answer(self, path: bytes = b"/a") -> bytes:
        """The answer to one more request on this connection."""
        await self.send(b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"\r\n")
        async with asyncio.timeout(PATIENCE_SECONDS):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            return head + await self.reader.readexactly(length)


class Place:
    """A server and its clients."""

    def __init__(self, port: int, application: Application, state: ServerState) -> None:
        self.port = port
        self.application = application
        self.state = state
        self.clients: list[Client] = []

    async def client(self) -> Client:
        client = Client(*await asyncio.open_connection("127.0.0.1", self.port))
        self.clients.append(client)
        return client


@asynccontextmanager
async def served(count_max: int = 1_000, seconds_max: float = NEVER) -> AsyncIterator[Place]:
    application = Application()
    config = Config(application, log_config=None, lifespan="off", ws="none")
    state = ServerState()
    bounds = OpenConnections(count_max, seconds_max)
    connect = partial(HttpConnection, bounds, config=config, server_state=state, app_state={})
    server = await asyncio.get_running_loop().create_server(connect, "127.0.0.1", 0)
    place = Place(server.sockets[0].getsockname()[1], application, state)
    try:
        yield place
    finally:
        application.release.set()
        for client in place.clients:
            client.writer.close()
        server.close()


def status_of(answer: bytes) -> int:
    return int(answer[9:12]) if answer else 0


def body_of(answer: bytes) -> Any:
    return json.loads(answer.partition(b"\r\n\r\n")[2])


GET = b"GET /a HTTP/1.1\r\n"
TOO_LARGE: dict[str, list[bytes]] = {
    "a line": [GET, HOST, b"X: " + b"a" * HEAD_BYTES_MAX + b"\r\n\r\n"],
    "a line without an end": [GET, HOST, b"X: ", *[b"a" * 10_000] * 60],
    "lines": [GET, HOST, *[b"X-1: " + b"a" * 1_000 + b"\r\n"] * 70, b"\r\n"],
    "fields": [GET, HOST, b"X: 1\r\n" * FIELDS_MAX, b"\r\n"],
    "fields without an end": [GET, HOST, *[b"X: 1\r\n" * 1_000] * 60],
    "a path": [b"GET /", b"a" * HEAD_BYTES_MAX, b" HTTP/1.1\r\n", HOST, b"\r\n"],
    "a path without an end": [b"GET /", *[b"a" * 10_000] * 60],
    "trailers": [
        b"GET /a HTTP/1.1\r\n", HOST, b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: 1\r\n" * FIELDS_MAX, b"\r\n",
    ],
    "a chunk's extension": [GET, HOST, b"Transfer-Encoding: chunked\r\n\r\n1;a=", *[b"a" * 10_000] * 60],
}  # fmt: skip


@pytest.mark.parametrize("parts", TOO_LARGE.values(), ids=TOO_LARGE)
async def test_a_head_that_is_too_large_is_refused(parts: list[bytes]) -> None:
    async with served() as place:
        client = await place.client()
        await client.send(*parts)
        answer = await client.answers()
        if answer:  # a connection that ends while data comes may lose its answer
            assert status_of(answer) == 431
            assert body_of(answer)["title"] == "RequestHeaderFieldsTooLarge"
        assert status_of(await (await place.client()).answer()) == 200


async def test_the_greatest_head_is_served() -> None:
    async with served() as place:
        client = await place.client()
        fields = b"".join(b"X-%d: %s\r\n" % (number, b"a" * 600) for number in range(FIELDS_MAX - 1))
        await client.send(GET + HOST + fields + b"Connection: close\r\n\r\n"[:0] + b"\r\n")
        assert status_of(await client.reader.readuntil(b"\r\n\r\n")) == 200


async def test_a_large_body_in_the_same_packet_is_no_large_head() -> None:
    async with served() as place:
        client = await place.client()
        await client.send(b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Length: 200000\r\n\r\n" + b"a" * 200_000)
        assert status_of(await client.reader.readuntil(b"\r\n\r\n")) == 200


REFUSED: dict[str, tuple[bytes, int, str]] = {
    "no HTTP": (b"hello\r\n\r\n", 400, "title"),
    "no Host": (b"GET /a HTTP/1.1\r\n\r\n", 400, "title"),
    "two Hosts": (b"GET /a HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400, "title"),
    "the AWS API": (b"POST / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400, "__type"),
}


@pytest.mark.parametrize(("data", "status", "member"), REFUSED.values(), ids=REFUSED)
async def test_a_refusal_has_the_form_of_its_api(data: bytes, status: int, member: str) -> None:
    async with served() as place:
        client = await place.client()
        await client.send(data)
        answer = await client.answers()
        assert (status_of(answer), body_of(answer)[member]) == (status, "BadRequest")
        assert place.application.paths == []


async def test_http_1_0_needs_no_host() -> None:
    async with served() as place:
        client = await place.client()
        await client.send(b"GET /a HTTP/1.0\r\n\r\n")
        assert status_of(await client.answers()) == 200


async def test_an_upgrade_is_answered_as_a_request() -> None:
    async with served() as place:
        client = await place.client()
        await client.send(GET + HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        assert status_of(await client.answers()) == 200


@pytest.mark.parametrize("count", [2, PIPELINED_MAX + 1])
async def test_requests_that_come_early_are_answered_in_order(count: int) -> None:
    async with served() as place:
        client = await place.client()
        requests = [b"GET /%d HTTP/1.1\r\n" % number + HOST + b"\r\n" for number in range(count - 1)]
        await client.send(b"".join(requests) + b"GET /end HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n")
        await client.answers()
        assert place.application.paths == [*(f"/{number}" for number in range(count - 1)), "/end"]


async def test_the_connection_ends_after_too_many_early_requests() -> None:
    async with served() as place:
        client = await place.client()
        await client.send((GET + HOST + b"\r\n") * 1_000)
        answers = await client.answers()
        assert answers.count(b"HTTP/1.1 200") == PIPELINED_MAX + 1
        assert len(place.application.paths) == PIPELINED_MAX + 1


LATE: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 0),
    "a line end": (b"\r\n", 0),
    "half a head": (b"GET /a HTTP/1.1\r\nHost: loc", 408),
    "no body": (b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\n", 408),
    "half a body": (b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\n1234", 408),
    "half a chunk": (b"POST /a HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n9\r\n123", 408),
}


@pytest.mark.parametrize(("data", "status"), LATE.values(), ids=LATE)
async def test_a_request_that_does_not_come_is_given_up(data: bytes, status: int) -> None:
    async with served(seconds_max=SOON) as place:
        client = await place.client()
        await client.send(data)
        assert status_of(await client.answers()) == status


async def test_the_time_is_that_of_the_client_not_of_the_answer() -> None:
    async with served(seconds_max=SOON) as place:
        client = await place.client()
        await client.send(b"GET /held HTTP/1.1\r\n" + HOST + b"\r\n")
        silent = await place.client()
        assert await silent.answers() == b""
        place.application.release.set()
        assert status_of(await client.reader.readuntil(b"\r\n\r\n")) == 200


async def test_a_client_that_does_not_read_is_given_up() -> None:
    async with served(seconds_max=SOON) as place:
        client = await place.client()
        await client.send(b"GET /large HTTP/1.1\r\n" + HOST + b"\r\n")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not place.application.paths or place.state.connections:
                await asyncio.sleep(0.01)
        assert len(await client.answers()) < len(LARGE)


async def test_over_the_limit_the_longest_idle_connection_ends() -> None:
    async with served(count_max=3) as place:
        silent, used = await place.client(), await place.client()
        assert status_of(await used.answer()) == 200
        held = await place.client()
        await held.send(b"GET /held HTTP/1.1\r\n" + HOST + b"\r\n")
        while "/held" not in place.application.paths:
            await asyncio.sleep(0.01)
        first = await place.client()
        assert status_of(await first.answer()) == 200
        assert await silent.answers() == b""
        second = await place.client()
        assert status_of(await second.answer()) == 200
        assert await used.answers() == b""
        assert status_of(await first.answer()) == 200
        place.application.release.set()
        assert status_of(await held.reader.readuntil(b"\r\n\r\n")) == 200


async def test_without_an_idle_connection_a_new_one_is_told_so() -> None:
    async with served(count_max=2) as place:
        held = [await place.client() for _ in range(2)]
        for client in held:
            await client.send(b"GET /held HTTP/1.1\r\n" + HOST + b"\r\n")
        while place.application.paths.count("/held") < 2:
            await asyncio.sleep(0.01)
        refused = [await place.client() for _ in range(REFUSED_MAX)]
        for client in refused:
            await client.send(b"POST / HTTP/1.1\r\n" + HOST + b"\r\n")
            answer = await client.answers()
            assert (status_of(answer), body_of(answer)["__type"]) == (503, "ServiceUnavailable")
            assert "connections_max" in body_of(answer)["message"]
        place.application.release.set()
        for client in held:
            assert status_of(await client.reader.readuntil(b"\r\n\r\n")) == 200
        assert status_of(await (await place.client()).answer()) == 200
