"""Ends the worker as soon as its master is gone, however the master ended.

The master keeps one end of a pipe open and never writes. When it ends, the kernel closes that end, and a thread of the
worker reads the end of the file. Otherwise the worker would serve on, own the data directory and block every successor.
Must not know executions.
"""

from __future__ import annotations

import os
import threading

import structlog

from statemachine.logs import flush_logs

EXIT_WITHOUT_MASTER = 1

log = structlog.get_logger()


class MasterPipe:
    """Made in the master before it forks. Each worker calls `watch`."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()

    def watch(self) -> None:
        """In a worker: end this process when the master has ended. The guard then kills its child processes."""
        os.close(self._writing)
        threading.Thread(target=self._wait, name="master", daemon=True).start()

    def _wait(self) -> None:
        os.read(self._reading, 1)
        log.critical("the master has ended", then="the worker ends too")
        flush_logs()
        os._exit(EXIT_WITHOUT_MASTER)
