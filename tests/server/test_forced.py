"""The fixed settings of gunicorn, and the hooks in its master."""

from __future__ import annotations

import re
import resource
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gunicorn.app.base import BaseApplication
from structlog.testing import capture_logs

from statemachine.config import ConfigError, Settings
from statemachine.server import forced
from statemachine.server.address import check_address
from statemachine.server.forced import FORCED, check_surroundings, forced_settings, prepare_directories
from statemachine.server.master_pipe import MasterPipe
from statemachine.server.serve import Application
from statemachine.store.locks import SERVER, DirectoryInUse, DirectoryLock
from tests.server.real_server import free_port


class Arbiter:
    """The part of gunicorn's master that the hooks use."""

    server_lock: DirectoryLock
    master_pipe: MasterPipe
    handle_hup: Any

    def __init__(self, application: BaseApplication) -> None:
        self.cfg: Any = application.cfg

    def handle_term(self) -> None:
        raise StopIteration


def arbiter(folder: Path, **others: Any) -> Arbiter:
    """A master with our settings, except those in `others`."""
    master = Arbiter(Application(Settings(data=str(folder), port=free_port())))
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


def test_a_directory_that_another_holds_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forced, "LOCK_SECONDS", 0.0)
    held = DirectoryLock(folder, SERVER)
    held.acquire(0)
    master = arbiter(folder)
    with capture_logs() as logs, pytest.raises(SystemExit) as ended:
        master.cfg.on_starting(master)
    assert ended.value.code == 3
    assert [entry["event"] for entry in logs] == ["cannot own the data directory"]
    assert f"{folder} is in use by process" in logs[0]["error"]
    held.release()


def test_a_port_that_is_taken_is_refused_with_who_listens_on_it(folder: Path) -> None:
    master = arbiter(folder)
    port = int(master.cfg.settings["bind"].get()[0].rpartition(":")[2])
    taken = socket.create_server(("127.0.0.1", port))
    with taken, capture_logs() as logs, pytest.raises(SystemExit) as ended:
        master.cfg.on_starting(master)
    assert ended.value.code == 1
    (told,) = logs
    assert re.match(r"port \d+ is taken by .*: choose another one with --port", told["error"])


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("192.0.2.1", "host 192.0.2.1: this machine does not have that address; choose another --host"),
        ("no.such.invalid", "host no.such.invalid: no such address"),
    ],
)
def test_an_address_that_is_not_ours_is_refused(host: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        check_address(Settings(host=host, port=free_port(), allow_unauthenticated=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])
def test_an_address_that_is_free_is_taken(host: str) -> None:
    check_address(Settings(host=host, port=free_port(), allow_unauthenticated=True))


@pytest.mark.parametrize("has_terminal", [True, False])
def test_a_terminal_that_is_closed_ends_the_server(
    folder: Path, has_terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forced, "_ends_with_terminal", lambda: has_terminal)
    master = arbiter(folder)
    master.cfg.on_starting(master)
    if has_terminal:
        with pytest.raises(StopIteration):
            master.handle_hup()
    else:
        master.handle_hup()
    master.server_lock.release()


def test_under_nohup_a_terminal_that_is_closed_does_not_end_the_server() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert not forced._ends_with_terminal()
    finally:
        signal.signal(signal.SIGHUP, before)


LINES = [
    (("Worker (pid:%s) exited with code %s.", 7, 1), {"event": "worker ended", "pid": 7, "status": 1}),
    (("Worker (pid:%s) was sent %s! Perhaps out of memory?", 7, "SIGKILL"),
     {"event": "worker ended", "pid": 7, "signal": "SIGKILL"}),
    (("WORKER TIMEOUT (pid:%s)", 7), {"event": "worker hangs and is killed", "pid": 7}),
    (("%s is odd", "this"), {"event": "library", "logger": "gunicorn.error", "message": "this is odd"}),
    (("Worker (pid:%s) exited with code %s.", 7, 3), None),
    (("Worker (pid:%s) was sent %s!", 7, "SIGINT"), None),
    (("Shutting down: %s", "Master"), None),
    (("Reason: %s", "Worker failed to boot."), None),
]  # fmt: skip


@pytest.mark.parametrize(("line", "told"), LINES)
def test_lines_of_gunicorn_have_our_form_or_are_left_out(
    folder: Path, line: tuple[Any, ...], told: dict[str, Any] | None
) -> None:
    gunicorn = arbiter(folder).cfg.logger_class(arbiter(folder).cfg)
    with capture_logs() as logs:
        gunicorn.error(*line)
    expected = [] if told is None else [told]
    assert [{name: entry[name] for name in told or {}} for entry in logs] == expected


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
        ("logger_class", "gunicorn.glogging.Logger"),
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
    for name in ("ttin", "ttou", "usr2", "winch"):
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


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"WEB_CONCURRENCY": "1"},
        {"GUNICORN_CMD_ARGS": ""},
        {"STATEMACHINE_PORT": "1", "STATEMACHINE_SERVER": "http://a", "STATEMACHINE_CONFIG": "a.toml"},
        {
            "STATEMACHINE_SERVICE_HOST": "10.0.0.1",
            "STATEMACHINE_SERVICE_PORT_HTTP": "1",
            "STATEMACHINE_PORT_1_TCP": "1",
        },
    ],
)
def test_surroundings_that_change_nothing(environment: dict[str, str]) -> None:
    check_surroundings(environment)


@pytest.mark.parametrize("environment", [{"WEB_CONCURRENCY": "2"}, {"GUNICORN_CMD_ARGS": "-w 1"}])
def test_surroundings_that_would_change_something(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=next(iter(environment))):
        check_surroundings(environment)


def test_a_variable_that_is_no_setting_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError) as refused:
        check_surroundings({"STATEMACHINE_PROT": "1", "STATEMACHINE_XYZZY": "", "OTHER": "1"})
    assert str(refused.value).splitlines() == [
        "STATEMACHINE_PROT: unknown; the nearest name is 'STATEMACHINE_PORT'",
        "STATEMACHINE_XYZZY: unknown",
    ]


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
