"""The possible results of a request to a pool of child processes. Must not know the meaning of a reply."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from statemachine.processes.frames import JsonValue


@dataclass(frozen=True, slots=True)
class Replied:
    """The child has replied."""

    message: JsonValue


@dataclass(frozen=True, slots=True)
class ChildEnded:
    """The child ended before it had replied. It was killed if it `timed_out`: it took too long to start, or did nothing
    for too long. A negative `status` is a signal."""

    status: int
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class StartFailed:
    """A child that was started for the queue ended before it was ready, or the system lacked the means to start it
    (`by_system`). `cause` is a text."""

    cause: str
    by_system: bool = False


RequestResult = Replied | ChildEnded | StartFailed


def exit_reason(status: int) -> str:
    """An exit status as text: `exit status 1` or `signal: killed`."""
    return f"exit status {status}" if status >= 0 else f"signal: {str(signal.strsignal(-status)).lower()}"
