"""The address of a server: its URL, and whether it can be bound. Must not know executions."""

from __future__ import annotations

import errno
import socket

from statemachine.config import ConfigError, Settings
from statemachine.processes.holders import listeners, name_process


def bind_address(settings: Settings) -> str:
    """Host and port, as in a URL."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{host}:{settings.port}"


def check_address(settings: Settings) -> None:
    """Raises ConfigError if the address cannot be bound. The text says why, and who listens on the port."""
    try:
        family, type_, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise ConfigError(f"host {settings.host}: no such address ({error.strerror}); choose another --host") from None
    with socket.socket(family, type_, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise ConfigError(_reason(settings, error)) from None


def _reason(settings: Settings, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        holders = " and ".join(map(name_process, listeners(settings.port))) or "another process"
        return f"port {settings.port} is taken by {holders}: choose another one with --port, or stop that process"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"host {settings.host}: this machine does not have that address; choose another --host"
    if error.errno == errno.EACCES:
        return f"port {settings.port}: this user may not bind it; choose one above 1023 with --port"
    return f"{bind_address(settings)} cannot be bound: {error.strerror}"
