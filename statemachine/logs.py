"""Structured logs: one line per event on standard error, as JSON or as text for people.

Lines of libraries and of the operator's functions have the same form. A line that cannot be written is dropped: neither
a full disk nor a reader that stops must stop the work that is logged. Knows nothing of the events.
"""

from __future__ import annotations

import atexit
import logging
import sys
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from statemachine.log_writer import LogWriter
from statemachine.safe_text import safe

LogFormat = Literal["json", "console"]
FLUSH_SECONDS = 1.0
"""How long the end of a process waits for the reader of its log."""

_encode = msgspec.json.Encoder(enc_hook=repr).encode


class _Installed:
    """What `configure_logs` has set up in this process."""

    writer: LogWriter | None = None
    format: LogFormat = "console"


def configure_logs(level: int | str = logging.INFO, format: LogFormat | None = None) -> None:
    """Log events of `level` and above, and what libraries log as a warning or worse.

    `level` is a number or a name of `logging`. If `format` is None, lines are text on a terminal, and else JSON.
    """
    if isinstance(level, str):
        level = logging.getLevelNamesMapping()[level.upper()]
    if format is None:
        format = "console" if sys.stderr.isatty() else "json"
    writer = LogWriter(getattr(sys.stderr.buffer, "raw", sys.stderr.buffer), _tell_dropped)
    _Installed.writer, _Installed.format = writer, format
    structlog.configure(
        processors=_as_json() if format == "json" else _as_text(coloured=sys.stderr.isatty()),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: writer,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[LibraryLines()], force=True)


def _json(members: dict[str, Any]) -> bytes:
    """One line, in which no character changes a terminal."""
    line = _encode(members)
    return line if line.isascii() and b"\x7f" not in line else safe(line.decode()).encode()


def flush_logs() -> None:
    """Wait until all lines are written, at most FLUSH_SECONDS. For a process that is about to end."""
    if _Installed.writer is not None:
        _Installed.writer.flush(FLUSH_SECONDS)


atexit.register(flush_logs)


def dropped_lines() -> int:
    """How many lines this process has dropped."""
    return _Installed.writer.dropped if _Installed.writer is not None else 0


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
        _Installed.writer.msg(_json({**about, "function": function, "text": line}))


class LibraryLines(logging.Handler):
    """Gives the lines of a library that uses `logging` the form of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        about = {"logger": record.name, "message": record.getMessage(), "exc_info": record.exc_info}
        if record.levelno >= logging.ERROR:
            log.error("library", **about)
        else:
            log.warning("library", **about)


def _tell_dropped(lines: int) -> None:
    log = structlog.get_logger()
    log.warning("log lines were dropped", lines=lines)


def _as_json() -> list[Processor]:
    # Most lines are JSON. One processor makes them at half the cost of structlog's own processors.
    def json_line(_logger: WrappedLogger, level: str, event: EventDict) -> bytes:
        return _json({"timestamp": datetime.now(UTC), "level": level, "event": None, **event})

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
