"""Structured logs: one line per event on standard error, as JSON or as text for people.

A line that cannot be written is dropped: a full disk or a closed pipe must not stop the work that is logged. Knows
nothing of the events.
"""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal, Protocol

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LogFormat = Literal["json", "console"]

_encode = msgspec.json.Encoder(enc_hook=repr).encode


def configure_logs(level: int | str = logging.INFO, format: LogFormat | None = None) -> None:
    """Log events of `level` and above.

    `level` is a number or a name of `logging`. If `format` is None, lines are text on a terminal, and else JSON.
    """
    if isinstance(level, str):
        level = logging.getLevelNamesMapping()[level.upper()]
    if format is None:
        format = "console" if sys.stderr.isatty() else "json"
    # The stream is unbuffered if it can be, so that no part of a failed line is written later.
    stream = getattr(sys.stderr.buffer, "raw", sys.stderr.buffer)
    writer = _Lines(stream)
    _Installed.writer, _Installed.format = writer, format
    structlog.configure(
        processors=_as_json() if format == "json" else _as_text(coloured=sys.stderr.isatty()),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: writer,
        cache_logger_on_first_use=True,
    )


def log_printed(function: str, line: str) -> None:
    """A line that a function has printed: `[NAME] LINE` as text, an event `printed` in JSON. `function` may be empty.

    Before `configure_logs` it goes to standard error as it is.
    """
    text = f"[{function}] {line}" if function else line
    if _Installed.writer is None:
        sys.stderr.write(f"{text}\n")
    elif _Installed.format == "console":
        _Installed.writer.msg(text.encode(errors="backslashreplace"))
    else:
        about = {"timestamp": datetime.now(UTC), "level": "info", "event": "printed"}
        _Installed.writer.msg(_encode({**about, "function": function, "text": line}))


class _Stream(Protocol):
    def write(self, data: bytes, /) -> object: ...


class _Lines:
    """Writes each line as a whole, without a buffer."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream

    def msg(self, line: bytes) -> None:
        with suppress(OSError):
            self._stream.write(line + b"\n")

    debug = info = warning = error = critical = msg


class _Installed:
    """What `configure_logs` has set up in this process."""

    writer: _Lines | None = None
    format: LogFormat = "console"


def _as_json() -> list[Processor]:
    # Most lines are JSON. One processor makes them at half the cost of structlog's own processors.
    def json_line(_logger: WrappedLogger, level: str, event: EventDict) -> bytes:
        return _encode({"timestamp": datetime.now(UTC), "level": level, "event": None, **event})

    return [structlog.processors.format_exc_info, json_line]


def _as_text(*, coloured: bool) -> list[Processor]:
    # Values are written as Python literals, so that none can send a control sequence to the terminal. Tracebacks are
    # plain, because local variables in them would show payloads.
    render = structlog.dev.ConsoleRenderer(
        colors=coloured, repr_native_str=True, exception_formatter=structlog.dev.plain_traceback
    )

    def text_line(logger: WrappedLogger, level: str, event: EventDict) -> bytes:
        return render(logger, level, event).encode(errors="backslashreplace")

    return [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso"), text_line]
