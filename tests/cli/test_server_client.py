"""What a command says when a server refuses, is no such server, or is not there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import click
import pytest

from statemachine.cli.execution_argument import ExecutionName, execution_name
from statemachine.cli.refusals import Refusal
from statemachine.cli.server_client import Problem, ServerClient, ServerUnavailable
from tests.server.real_server import free_port


@contextmanager
def answering(status: int, body: bytes) -> Iterator[tuple[str, list[str]]]:
    """A server that answers everything so; its URL, and the targets that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


HOW_TO_GO_ON = "start it with `statemachine serve`, or name another one with --server URL"
NO_SERVER = "URL is not a statemachine server: its response to URL/api/v1/a is not a JSON object"


@pytest.mark.parametrize(
    ("status", "body", "kind", "told"),
    [
        (
            404,
            b'{"title": "ExecutionDoesNotExist", "detail": "None\\n such"}',
            Problem,
            "ExecutionDoesNotExist: None such",
        ),
        (
            503,
            b'{"title": "ServiceUnavailable", "message": "starting"}',
            ServerUnavailable,
            "ServiceUnavailable: starting",
        ),
        (500, b"<html>", Refusal, "URL responds with HTTP status 500 and no reason; is it a statemachine server?"),
        (200, b"<html>", Refusal, NO_SERVER),
        (200, b"[]", Refusal, NO_SERVER),
        (302, b"", Refusal, NO_SERVER),
    ],
)
def test_an_answer_that_is_none(status: int, body: bytes, kind: type[Refusal], told: str) -> None:
    with answering(status, body) as (url, _), pytest.raises(kind) as refused:
        ServerClient(url).get("a")
    assert str(refused.value) == told.replace("URL", url)
    assert refused.value.exit_code == 2


def test_a_server_that_is_not_there() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ServerUnavailable) as refused:
        ServerClient(url).get("a")
    assert str(refused.value) == f"{url} cannot be reached: Connection refused; {HOW_TO_GO_ON}"


@pytest.mark.parametrize("url", ["localhost:8083", "ftp://localhost", "http://", "8083", "http://localhost:x"])
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(Refusal, match="--server"):
        ServerClient(url)


def test_names_and_query_are_quoted() -> None:
    with answering(200, b"{}") as (url, asked):
        server = ServerClient(url + "/")
        server.get("executions", "ä/b", "c?d", status=("A", "B"), machine=None, limit=3)
    assert asked == ["/api/v1/executions/%C3%A4%2Fb/c%3Fd?status=A&status=B&limit=3"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("order/first", ExecutionName("order", "first")),
        ("order:first", ExecutionName("order", "first")),
        ("order/a.b(c)", ExecutionName("order", "a.b(c)")),
        ("arn:aws:states:us-east-1:000000000000:execution:order:first", ExecutionName("order", "first")),
    ],
)
def test_an_execution_is_named(text: str, name: ExecutionName) -> None:
    assert execution_name(text) == name
    assert name.path == ("executions", *name)


@pytest.mark.parametrize(
    "text", ["", "order", "order/", "/first", "a/b/c", "arn:aws:states:us-east-1:0:stateMachine:order", "arn:x"]
)
def test_what_names_no_execution(text: str) -> None:
    with pytest.raises(click.BadParameter):
        execution_name(text)
