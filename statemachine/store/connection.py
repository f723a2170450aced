"""A SQLite connection for all threads of one process, and a connection that only reads.

A connection has the methods that sqlitedict calls on its own connection, but no queue and no thread. Each call returns
when it is done, or raises in its caller. A connection knows statements only as text.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from statemachine.store.interface import StoreError
from statemachine.store.sqlite_errors import as_store_errors

BUSY_SECONDS = 5.0
"""How long a statement waits for the lock of another connection."""


class Connection:
    """One connection, which runs one statement at a time. Statements raise sqlite3.Error."""

    def __init__(self, path: str, mode: Literal["ro", "rw"]) -> None:
        self.path = path
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._database = sqlite3.connect(
            f"{Path(path).as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_SECONDS,
            cached_statements=32,  # one that writes 499 rows takes 160 KB
        )

    def select(self, statement: str, values: Sequence[Any] | None = None) -> list[Any]:
        """All rows of the result."""
        self.check_process()
        with self._lock:
            return self._database.execute(statement, values or ()).fetchall()

    def select_one(self, statement: str, values: Sequence[Any] | None = None) -> Any:
        """The first row of the result, or None if the result has no rows."""
        rows = self.select(statement, values)
        return rows[0] if rows else None

    @property
    def in_transaction(self) -> bool:
        """Is a transaction open? SQLite ends it by itself at some errors."""
        return self._database.in_transaction

    def check_process(self) -> None:
        """Raises StoreError in a forked child, because its parent owns the locks on the file."""
        if os.getpid() != self._process:
            raise StoreError(f"{self.path}: opened by process {self._process}, used in its fork {os.getpid()}")

    def close(self, force: bool = False) -> None:
        """Close the file. Does nothing if it is closed, or in a forked child, which must not touch the file."""
        if os.getpid() == self._process:
            with self._lock:
                self._database.close()


class ReadConnection(Connection):
    """A connection that cannot write. It never waits for the connection that writes."""

    def __init__(self, path: str) -> None:
        """Raises StoreError if the file cannot be opened."""
        with as_store_errors(path):
            super().__init__(path, "ro")
            self._database.execute("PRAGMA mmap_size = 0")
