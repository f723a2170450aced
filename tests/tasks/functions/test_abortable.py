"""An exchange that is ended from outside, at each of its moments."""

from __future__ import annotations

import socket
import threading

import pytest
import urllib3

from statemachine.tasks.functions.abortable import Exchange, abortable_pool
from tests.tasks.local_lambda import local_lambda


def _get(pool: urllib3.HTTPConnectionPool, exchange: Exchange) -> bytes:
    with exchange:
        response = pool.urlopen("POST", "/", body=b"", retries=False, preload_content=False)
        return response.read()


def test_aborted_before_it_begins() -> None:
    with local_lambda() as local:
        pool, exchange = abortable_pool(local.url, 1, 1.0), Exchange()
        exchange.abort()
        with pytest.raises(urllib3.exceptions.ProtocolError, match="aborted"):
            _get(pool, exchange)
        _get(pool, Exchange())
        assert len(local.asked) == 1
        pool.close()


def test_aborted_while_it_waits() -> None:
    with local_lambda() as local:
        local.hold.clear()
        pool, exchange = abortable_pool(local.url, 1, 1.0), Exchange()
        aborting = threading.Thread(target=lambda: (local.arrived.wait(), exchange.abort()))
        aborting.start()
        with pytest.raises(urllib3.exceptions.HTTPError):
            _get(pool, exchange)
        aborting.join()
        assert len(local.asked) == 1
        pool.close()


def test_aborted_after_it_is_done_leaves_the_connection_to_the_next() -> None:
    with local_lambda() as local:
        pool, first = abortable_pool(local.url, 1, 1.0), Exchange()
        assert _get(pool, first) == b"{}"
        first.abort()
        assert _get(pool, Exchange()) == b"{}"
        assert len({asked.connection for asked in local.asked}) == 1
        pool.close()


def test_aborted_while_it_connects() -> None:
    """The request is not answered to anybody: the exchange ends where the answer would be waited for."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        pool, exchange = abortable_pool(f"http://127.0.0.1:{server.getsockname()[1]}", 1, 1.0), Exchange()
        with exchange:
            exchange.abort()
            with pytest.raises(urllib3.exceptions.ProtocolError, match="aborted"):
                pool.urlopen("POST", "/", body=b"", retries=False, preload_content=False)
        pool.close()
