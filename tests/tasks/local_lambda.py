"""A small Lambda endpoint in a thread: it keeps the requests, and the test chooses the replies."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOCAL_REQUEST_ID = "5d1f6c9e-8a57-4c0b-b8b5-2f1c9a7e3d44"


@dataclass(frozen=True)
class Asked:
    """A request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: str
    connection: tuple[str, int]


@dataclass(frozen=True)
class Reply:
    """A response. `length` may lie about the body; if it is None, the end of the connection ends the body."""

    body: bytes = b"{}"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    length: int | None = -1


@dataclass
class LocalLambda:
    """The `url` of the endpoint, the requests (`asked`) and the `reply`, which waits until `hold` is set."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    reply: Callable[[Asked], Reply] = lambda asked: Reply()
    arrived: threading.Event = field(default_factory=threading.Event)
    """Something was asked."""
    hold: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)
    """The client closed the connection while it was held."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    local: LocalLambda

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body, self.client_address)
        self.local.asked.append(asked)
        self.local.arrived.set()
        self.connection.settimeout(0.02)
        while not self.local.hold.is_set():
            try:
                if self.connection.recv(1) == b"":
                    self.local.gone.set()
                    self.close_connection = True
                    return
            except TimeoutError:
                continue
        self.connection.settimeout(None)
        self._send(self.local.reply(asked))

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("x-amzn-RequestId", LOCAL_REQUEST_ID)
        for name, value in reply.headers:
            self.send_header(name, value)
        if reply.length is None:
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(len(reply.body) if reply.length < 0 else reply.length))
        self.end_headers()
        try:
            self.wfile.write(reply.body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        if reply.length is not None and reply.length > len(reply.body):
            self.close_connection = True


@contextmanager
def local_lambda() -> Iterator[LocalLambda]:
    """The endpoint while the block runs; it responds at once unless the test clears `hold`."""
    local = LocalLambda()
    local.hold.set()
    handler = type("Handler", (_Handler,), {"local": local})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        local.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield local
        finally:
            local.hold.set()
            server.shutdown()
            thread.join()
