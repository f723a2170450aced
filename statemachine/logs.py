"""Structured logs: one line per event on standard error, as JSON or, for people, as text.

A line that cannot be written is lost: a full disk or a reader that has gone must not stop what the line tells of.
Knows nothing of what is logged.
"""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import BinaryIO, Literal

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LogFormat = Literal["json", "console"]


def configure_logs(level: int | str = logging.INFO, format: LogFormat | None = None) -> None:
    """Log from `level` (a number or a name, as of `logging`) on; `format` None is text where a terminal looks on, else
    JSON."""
    if isinstance(level, str):
        level = logging.getLevelNamesMapping()[level.upper()]
    if format is None:
        format = "console" if sys.stderr.isatty() else "json"
    stream = sys.stderr.buffer
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            *(_AS_JSON if format == "json" else _as_text(coloured=sys.stderr.isatty())),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: _Lines(stream),
        cache_logger_on_first_use=True,
    )


class _Lines:
    """Writes each line whole, and at once."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def msg(self, line: bytes) -> None:
        with suppress(OSError):
            self._stream.write(line + b"\n")
            self._stream.flush()

    debug = info = warning = error = critical = msg


_encode = msgspec.json.Encoder(enc_hook=repr).encode


def _json_line(_logger: WrappedLogger, _method: str, event: EventDict) -> bytes:
    return _encode(event)


_AS_JSON: tuple[Processor, ...] = (structlog.processors.format_exc_info, _json_line)


def _as_text(*, coloured: bool) -> tuple[Processor, ...]:
    # Shown as Python writes it, so that no value can send a control sequence to the terminal.
    # Tracebacks are plain: with the values of local variables they would show payloads.
    render = structlog.dev.ConsoleRenderer(
        colors=coloured, repr_native_str=True, exception_formatter=structlog.dev.plain_traceback
    )

    def text_line(logger: WrappedLogger, method: str, event: EventDict) -> bytes:
        return render(logger, method, event).encode(errors="backslashreplace")

    return (text_line,)
