"""The gunicorn worker, which runs uvicorn. It drains the application before it closes connections, and closes it
after them."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from functools import partial
from typing import Any

from uvicorn.config import Config
from uvicorn.server import Server
from uvicorn_worker import UvicornWorker

from statemachine.app import App
from statemachine.logs import flush_logs
from statemachine.server.forced import IGNORED_SIGNALS
from statemachine.server.http_connection import HttpConnection
from statemachine.server.open_connections import OpenConnections


def _ignore(*_: Any) -> None:
    """The master logs the signal."""


class DrainingServer(Server):
    """A uvicorn server that ends long polls and refuses new work before it waits for requests to end, and that closes
    the application after them."""

    def __init__(self, config: Config, app: App) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._app.drain()
        await super().shutdown(sockets)
        # Not after `serve`: uvicorn raises the signal again at the end of `serve`, and that ends the process.
        await self._app.close()
        flush_logs()


class Worker(UvicornWorker):
    """A gunicorn worker that runs an `App`."""

    CONFIG_KWARGS: dict[str, Any] = {  # noqa: RUF012  (the base class declares it so)
        "loop": "uvloop",
        "lifespan": "off",
        "ws": "none",
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "interface": "asgi3",
    }

    def init_signals(self) -> None:
        """Ignore what the master ignores, as when a terminal is closed.

        A handler is installed for that, because the processes of tasks would inherit SIG_IGN.
        """
        super().init_signals()
        for name in IGNORED_SIGNALS:
            signal.signal(signal.Signals[f"SIG{name}"], _ignore)

    async def _serve(self) -> None:
        app: App = self.wsgi
        self.config.app = app
        settings = app.settings
        connections = OpenConnections(settings.connections_max, settings.request_seconds)
        self.config.http = partial(HttpConnection, connections)  # type: ignore[assignment]
        self.config.timeout_graceful_shutdown = int(settings.drain_seconds)
        # A thread with a finished fsync must not wait a whole switch interval for the loop's thread.
        sys.setswitchinterval(0.0005)
        server = DrainingServer(self.config, app)
        # The master sends SIGQUIT when it was sent SIGINT or SIGQUIT itself.
        asyncio.get_running_loop().add_signal_handler(signal.SIGQUIT, server.handle_exit, signal.SIGQUIT, None)
        app.start()
        await server.serve(sockets=self.sockets)
