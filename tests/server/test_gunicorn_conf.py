"""`gunicorn -c gunicorn.conf.py` runs the same server, and refuses options that conflict with it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.server.real_server import RealServer, serving

GUNICORN = (sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py")


def test_it_serves_and_ends(folder: Path) -> None:
    with serving(folder / "data", *GUNICORN) as server:
        assert server.aws("ListStateMachines") == {"stateMachines": []}
        assert (folder / "data").stat().st_mode & 0o777 == 0o700
        assert server.terminate() == 0


@pytest.mark.parametrize(
    ("options", "environment", "told"),
    [
        (("-w", "2"), {}, "workers"),
        (("-b", "0.0.0.0:0"), {}, "bind"),
        (("-k", "sync"), {}, "worker_class"),
        (("--preload",), {}, "preload_app"),
        (("--max-requests", "10"), {}, "max_requests"),
        ((), {"WEB_CONCURRENCY": "2"}, "WEB_CONCURRENCY must be 1"),
        ((), {"GUNICORN_CMD_ARGS": "--workers 2"}, "GUNICORN_CMD_ARGS is not accepted"),
        ((), {"STATEMACHINE_HOST": "0.0.0.0"}, "--allow-unauthenticated"),
        ((), {"STATEMACHINE_PORT": "x"}, "statemachine: STATEMACHINE_PORT: expected a whole number"),
    ],
)
def test_conflicting_options_are_refused(
    folder: Path, options: tuple[str, ...], environment: dict[str, str], told: str
) -> None:
    server = RealServer(folder / "data", *GUNICORN, *options, environment=environment)
    try:
        assert server.process.wait(50) != 0
    finally:
        server.process.kill()
    assert told in server.text
    assert not (folder / "data" / "statemachine.db").exists()
