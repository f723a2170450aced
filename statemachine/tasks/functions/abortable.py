"""HTTP requests that block one thread and that another thread can abort, by shutting the socket down.

Must not know the meaning of a request.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

_current = threading.local()


class Exchange:
    """One request and its response. Enter it in the thread that waits for them. `abort` may be called from any thread
    at any time: before the request it prevents the request, after the response it does nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: HTTPConnection | None = None
        self._aborted = False

    def __enter__(self) -> Exchange:
        self.register_connection(None)
        _current.exchange = self
        return self

    def __exit__(self, *_: object) -> None:
        _current.exchange = None
        with self._lock:  # from now on another exchange may use the connection
            self._connection = None

    def abort(self) -> None:
        """Make the thread stop waiting; it gets an urllib3 HTTPError."""
        with self._lock:
            self._aborted = True
            if self._connection is not None and self._connection.sock is not None:
                with contextlib.suppress(OSError):
                    self._connection.sock.shutdown(socket.SHUT_RDWR)

    def register_connection(self, connection: HTTPConnection | None) -> None:
        """The response will come from this connection. Raises ProtocolError if the exchange was aborted before."""
        with self._lock:
            if self._aborted:
                raise urllib3.exceptions.ProtocolError("aborted")
            self._connection = connection


class _AbortableHTTPConnection(HTTPConnection):
    def getresponse(self) -> Any:
        _current.exchange.register_connection(self)
        return super().getresponse()


class _AbortableHTTPSConnection(HTTPSConnection):
    def getresponse(self) -> Any:
        _current.exchange.register_connection(self)
        return super().getresponse()


def abortable_pool(url: str, connections_max: int, connect_seconds: float) -> urllib3.HTTPConnectionPool:
    """Connections to the host of `url`, to be used inside an Exchange only. They wait for a response without limit."""
    pool = urllib3.connection_from_url(
        url, maxsize=connections_max, timeout=urllib3.Timeout(connect=connect_seconds, read=None)
    )
    pool.ConnectionCls = _AbortableHTTPSConnection if pool.scheme == "https" else _AbortableHTTPConnection
    return pool
