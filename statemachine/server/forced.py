"""The gunicorn settings that are fixed, and the hooks that check them.

`statemachine serve` and gunicorn.conf.py both use this module. Must not know executions.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog

from statemachine.app import EXIT_CANNOT_OWN, say_who_holds
from statemachine.background.definitions_folder import check_folder
from statemachine.config import ConfigError, Settings
from statemachine.config.addresses import is_loopback
from statemachine.config.settings import ENVIRONMENT
from statemachine.config.sources import FILE_VARIABLE
from statemachine.config.values import unknown
from statemachine.server.address import bind_address, check_address
from statemachine.server.master_pipe import MasterPipe
from statemachine.store.directory import private_directory
from statemachine.store.interface import StoreError
from statemachine.store.locks import SERVER, DirectoryInUse, DirectoryLock

EXIT_CANNOT_BIND = 1
"""Exit status of a process that cannot bind its address; it may succeed later."""
LOCK_SECONDS = 10.0
"""How long a starting server waits until the previous server releases its lock."""
IGNORED_SIGNALS = ("HUP", "TTIN", "TTOU", "USR2", "WINCH")
"""Signals on which gunicorn would start a second worker or stop the only one."""

PREFIX = "STATEMACHINE_"
SERVER_VARIABLE = "STATEMACHINE_SERVER"
"""The variable of the commands that ask a server."""
_OF_KUBERNETES = re.compile(r"_SERVICE_(HOST|PORT.*)$|_PORT_\d+_(TCP|UDP)")
"""Variables that Kubernetes gives to every container for a service named `statemachine`."""

log = structlog.get_logger()


def forced_settings(settings: Settings) -> dict[str, Any]:
    """The gunicorn settings of a server. Raises ConfigError if other machines could connect without authentication."""
    if not is_loopback(settings.host) and not settings.allow_unauthenticated:
        raise ConfigError(
            f"host {settings.host}: the server has no authentication, so everyone who reaches this address could use "
            "it. Bind 127.0.0.1, or add --allow-unauthenticated"
        )
    return {
        **FORCED,
        "bind": [bind_address(settings)],
        "graceful_timeout": int(settings.drain_seconds) + 5,
        "on_starting": lambda arbiter: _on_starting(arbiter, settings),
        "post_fork": lambda arbiter, _: arbiter.master_pipe.watch(),
    }


FORCED: dict[str, Any] = {
    "workers": 1,
    "worker_class": "statemachine.server.worker.Worker",
    "threads": 1,
    "preload_app": False,
    "reload": False,
    "max_requests": 0,
    "max_requests_jitter": 0,
    "timeout": 120,
    "keepalive": 75,
    "backlog": 1024,
    "control_socket_disable": True,
    "loglevel": "warning",
    "logger_class": "statemachine.server.gunicorn_log.GunicornLog",
    "umask": 0o077,
}
"""One worker, because only one process may run the executions, and no restart without a reason."""


def check_surroundings(environment: Mapping[str, str]) -> None:
    """Raises ConfigError if an environment variable would change a fixed gunicorn setting, or is no setting though its
    name says so."""
    ours = {name for name in (*ENVIRONMENT, FILE_VARIABLE, SERVER_VARIABLE) if name.startswith(PREFIX)}
    wrong = [name for name in environment if name.startswith(PREFIX) and name not in ours]
    mistakes = [f"{name}: {unknown(name, ours, PREFIX)}" for name in wrong if not _OF_KUBERNETES.search(name)]
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    if environment.get("GUNICORN_CMD_ARGS"):
        raise ConfigError(
            "GUNICORN_CMD_ARGS is not accepted, because this server has fixed gunicorn settings: unset it"
        )
    if environment.get("WEB_CONCURRENCY", "1") != "1":
        raise ConfigError("WEB_CONCURRENCY must be 1, because only one process may run the executions: unset it")


def _on_starting(arbiter: Any, settings: Settings) -> None:
    """Runs in the master before it binds: check the settings, raise the descriptor limit, lock the data directory."""
    for name, value in {**FORCED, "bind": [bind_address(settings)]}.items():
        found = arbiter.cfg.settings[name].get()
        if name != "loglevel" and found != value:
            log.critical("gunicorn setting is not free", setting=name, found=found, must_be=value)
            sys.exit(EXIT_CANNOT_OWN)
    _raise_descriptor_limit()
    for name in IGNORED_SIGNALS:
        setattr(arbiter, f"handle_{name.lower()}", _ignoring(name))
    if _ends_with_terminal():
        arbiter.handle_hup = arbiter.handle_term
    lock = DirectoryLock(Path(settings.data), SERVER)
    try:
        lock.acquire(LOCK_SECONDS, say_who_holds)
    except (DirectoryInUse, OSError) as error:
        log.critical("cannot own the data directory", error=str(error))
        sys.exit(EXIT_CANNOT_OWN)
    try:
        check_address(settings)
    except ConfigError as error:
        log.critical("cannot bind the address", error=str(error))
        sys.exit(EXIT_CANNOT_BIND)
    # The worker inherits the lock, so it is held as long as the master or the worker lives.
    arbiter.server_lock = lock
    arbiter.master_pipe = MasterPipe()
    log.info("starting", url=f"http://{bind_address(settings)}", data=str(lock.path.parent), pid=os.getpid())


def _ends_with_terminal() -> bool:
    """Does SIGHUP say that our terminal was closed? Not without a terminal, and not under nohup."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return False
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _ignoring(name: str) -> Any:
    def ignore(*_: Any) -> None:
        log.warning("signal ignored", signal=f"SIG{name}", reason="only one process may run the executions")

    return ignore


def _raise_descriptor_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def prepare_directories(settings: Settings) -> None:
    """Make the private data directory and check the directory of definitions. Raises ConfigError."""
    if settings.definitions is not None:
        check_folder(Path(settings.definitions))
    try:
        private_directory(Path(settings.data))
    except (OSError, StoreError) as error:
        raise ConfigError(f"--data {settings.data}: {error}") from None
