"""The log of gunicorn in the form of our own lines. What only says how gunicorn works is left out.

Must not know executions.
"""

from __future__ import annotations

import logging

import structlog
from gunicorn.glogging import Logger

from statemachine.app import EXIT_CANNOT_OWN
from statemachine.logs import LibraryLines

_LEFT_OUT = ("Shutting down: %s", "Reason: %s")
"""gunicorn's last lines. The process that failed has said why."""
_ORDERLY = ("SIGTERM", "SIGINT", "SIGQUIT")

log = structlog.get_logger()


class GunicornLines(LibraryLines):
    """Turns gunicorn's lines about its worker into lines of ours; gives other lines the form of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        match record.msg, record.args:
            case ("Worker (pid:%s) exited with code %s.", (pid, status)):
                if status != EXIT_CANNOT_OWN:
                    log.error("worker ended", pid=pid, status=status)
            case (str(text), (pid, signal)) if text.startswith("Worker (pid:%s) was sent %s!"):
                if signal not in _ORDERLY:
                    log.error("worker ended", pid=pid, signal=signal)
            case ("WORKER TIMEOUT (pid:%s)", (pid,)):
                log.critical("worker hangs and is killed", pid=pid)
            case (text, _) if text not in _LEFT_OUT:
                super().emit(record)


class GunicornLog(Logger):
    """The `logger_class` of the server."""

    def setup(self, cfg: object) -> None:
        """Replace the handler that gunicorn sets up, whose lines are plain text."""
        super().setup(cfg)  # type: ignore[no-untyped-call]
        for handler in list(self.error_log.handlers):
            self.error_log.removeHandler(handler)
        self.error_log.addHandler(GunicornLines())
