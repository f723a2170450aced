"""The fixed settings of gunicorn, and the hooks in its master."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gunicorn.app.base import BaseApplication
from structlog.testing import capture_logs

from statemachine.config import ConfigError, Settings
from statemachine.server import forced
from statemachine.server.forced import FORCED, check_surroundings, forced_settings, prepare_directories
from statemachine.server.serve import Application
from statemachine.store.locks import SERVER, DirectoryInUse, DirectoryLock


class Arbiter:
    """The part of gunicorn's master that the hooks use."""

    server_lock: DirectoryLock

    def __init__(self, application: BaseApplication) -> None:
        self.cfg: Any = application.cfg


def arbiter(folder: Path, **others: Any) -> Arbiter:
    """A master with our settings, except those in `others`."""
    master = Arbiter(Application(Settings(data=str(folder))))
    for name, value in others.items():
        master.cfg.set(name, value)
    return master


@pytest.mark.parametrize(
    ("host", "bound"), [("127.0.0.1", "127.0.0.1:8083"), ("::1", "[::1]:8083"), ("localhost", "localhost:8083")]
)
def test_a_loopback_address_needs_no_permission(host: str, bound: str) -> None:
    assert forced_settings(Settings(host=host))["bind"] == [bound]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "example.com"])
def test_any_other_address_must_be_allowed(host: str) -> None:
    with pytest.raises(ConfigError, match="--allow-unauthenticated"):
        forced_settings(Settings(host=host))
    assert forced_settings(Settings(host=host, allow_unauthenticated=True))["bind"]


@pytest.fixture(autouse=True)
def limits() -> Iterator[tuple[int, int]]:
    """The soft and hard limits of open files. They are restored after the test."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_master_with_our_settings_takes_the_directory(folder: Path, limits: tuple[int, int]) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, limits[1]), limits[1]))
    master = arbiter(folder)
    master.cfg.on_starting(master)
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= min(65_536, limits[1])
    with pytest.raises(DirectoryInUse):
        DirectoryLock(folder, SERVER).acquire(0)
    master.server_lock.release()


def test_a_directory_that_another_holds_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(forced, "LOCK_SECONDS", 0.0)
    held = DirectoryLock(folder, SERVER)
    held.acquire(0)
    master = arbiter(folder)
    with pytest.raises(SystemExit) as ended:
        master.cfg.on_starting(master)
    assert ended.value.code == 3
    assert f"{folder} is in use by process" in capsys.readouterr().err
    held.release()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("workers", 2),
        ("threads", 2),
        ("worker_class", "sync"),
        ("preload_app", True),
        ("reload", True),
        ("max_requests", 1),
        ("max_requests_jitter", 1),
        ("timeout", 1),
        ("umask", 0),
        ("bind", ["0.0.0.0:80"]),
        ("bind", ["127.0.0.1:8083", "0.0.0.0:80"]),
        ("control_socket_disable", False),
    ],
)
def test_a_setting_that_was_changed_is_named(folder: Path, name: str, value: Any) -> None:
    master = arbiter(folder, **{name: value})
    with capture_logs() as logs, pytest.raises(SystemExit) as ended:
        master.cfg.on_starting(master)
    assert ended.value.code == 3
    assert [(entry["setting"], entry["found"]) for entry in logs] == [(name, value)]
    assert not hasattr(master, "server_lock")


def test_the_log_level_of_gunicorn_may_be_changed(folder: Path) -> None:
    master = arbiter(folder, loglevel="debug")
    master.cfg.on_starting(master)
    master.server_lock.release()


def test_signals_that_would_reload_or_add_workers_are_only_logged(folder: Path) -> None:
    master = arbiter(folder)
    master.cfg.on_starting(master)
    for name in ("hup", "ttin", "ttou", "usr2", "winch"):
        with capture_logs() as logs:
            getattr(master, f"handle_{name}")()
        assert logs == [
            {
                "event": "signal ignored",
                "log_level": "warning",
                "signal": f"SIG{name.upper()}",
                "reason": "only one process may run the executions",
            }
        ]
    master.server_lock.release()


@pytest.mark.parametrize("environment", [{}, {"WEB_CONCURRENCY": "1"}, {"GUNICORN_CMD_ARGS": ""}])
def test_surroundings_that_change_nothing(environment: dict[str, str]) -> None:
    check_surroundings(environment)


@pytest.mark.parametrize("environment", [{"WEB_CONCURRENCY": "2"}, {"GUNICORN_CMD_ARGS": "-w 1"}])
def test_surroundings_that_would_change_something(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=next(iter(environment))):
        check_surroundings(environment)


def test_the_directory_is_made_for_its_owner_only(folder: Path) -> None:
    prepare_directories(Settings(data=str(folder / "a" / "b")))
    assert (folder / "a" / "b").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kind", ["file", "open"])
def test_a_directory_that_cannot_be_used_is_refused(folder: Path, kind: str) -> None:
    path = folder / "data"
    if kind == "file":
        path.write_text("")
    else:
        path.mkdir()
        path.chmod(0o777)
    with pytest.raises(ConfigError, match=f"--data {path}: "):
        prepare_directories(Settings(data=str(path)))


def test_one_worker_is_forced() -> None:
    assert (FORCED["workers"], FORCED["threads"], FORCED["preload_app"]) == (1, 1, False)
