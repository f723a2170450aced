"""The only SQLite connection of this process that writes to a file.

It promises that committed groups are on disk, that a group is kept whole or not at all, and that an error is raised in
the call that caused it. It knows statements only as text.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from statemachine.store.connection import BUSY_SECONDS, Connection
from statemachine.store.directory import Identity, check_identity, identity, private_file, refuse_link
from statemachine.store.interface import StoreDamaged, StoreError
from statemachine.store.sqlite_errors import as_store_errors

_COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite appends to the name of the database for the files that it makes beside it."""
_SYNCHRONOUS_FULL = 2
_LOG_BYTES_MAX = 64 * 1024 * 1024
_RESTART_TRIES = 40
_RESTART_WAIT_MS = 50
"""How often, and for how long each time, a commit that found a long log waits for open snapshots."""
_SETTINGS = {
    "fullfsync": "ON",  # macOS: after a plain fsync, data may still be in the disk's own cache
    "checkpoint_fullfsync": "ON",
    "mmap_size": 0,
    "cache_size": -32 * 1024,  # KiB
    "wal_autocheckpoint": 4000,  # pages
    "journal_size_limit": _LOG_BYTES_MAX,
}


def has_wal_reset_bug(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> bool:
    """Can two connections that write to one WAL database at the same time damage it in this version of SQLite?

    True from 3.7.0 to 3.51.2, except in 3.44.6 and 3.50.7 (sqlite.org/wal.html#walresetbug). A store of ours has one
    connection that writes. Another program that writes to the file would be the second one.
    """
    repaired = {(3, 44): 6, (3, 50): 7}.get(version[:2])
    if repaired is not None:
        return version[2] < repaired
    return (3, 7, 0) <= version < (3, 51, 3)


class WriteConnection(Connection):
    """A connection in WAL mode, with a sync before each commit returns and with atomic transactions.

    Before a commit returns, the files that were written must still be at their paths: a file that was moved or deleted
    takes every write, and the next start would not find it.
    """

    autocommit = False  # for sqlitedict, which reads it

    def __init__(self, path: str) -> None:
        """Raises StoreError if commits cannot be made durable, and StoreDamaged if SQLite finds damage in the file."""
        private_file(path)
        for companion in _COMPANIONS:
            refuse_link(path + companion)
        self._wal = f"{path}-wal"
        self._identities: tuple[Identity, Identity] | None = None
        self.users = 0
        self._inside = False
        self._doomed = False
        self._log_bytes_max = _LOG_BYTES_MAX
        with as_store_errors(path):
            super().__init__(path, "rw")
            try:
                self._insist_on_durability()
                self._check_pages()
            except BaseException:
                self._database.close()
                raise

    def _insist_on_durability(self) -> None:
        journal = self.select_one("PRAGMA journal_mode = WAL")[0]
        self._database.execute("PRAGMA synchronous = FULL")
        synchronous = self.select_one("PRAGMA synchronous")[0]
        if (journal, synchronous) != ("wal", _SYNCHRONOUS_FULL):
            raise StoreError(
                f"{self.path}: commits would not be durable: SQLite grants journal_mode {journal} and synchronous"
                f" {synchronous} instead of wal and {_SYNCHRONOUS_FULL}"
            )
        for name, value in _SETTINGS.items():
            self._database.execute(f"PRAGMA {name} = {value}")

    def _check_pages(self) -> None:
        finding = self.select_one("PRAGMA quick_check(1)")[0]
        if finding != "ok":
            raise StoreDamaged(f"{self.path}: the store is damaged: {finding}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One atomic group. It is on disk when the block ends. It is rolled back if the block raises.

        A transaction inside another transaction is a part of it, and so is a single statement. After a part has
        failed, the whole cannot be committed, even if the block has caught the error.
        """
        self.check_process()
        with self._lock:
            if self._inside:
                yield from self._part()
            else:
                yield from self._whole()

    def _whole(self) -> Iterator[None]:
        self._inside, self._doomed = True, False
        try:
            self._database.execute("BEGIN IMMEDIATE")
            yield
            self._refuse_doomed()
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:  # SQLite may have rolled back already
                self._database.execute("ROLLBACK")
            raise
        finally:
            self._inside = False
        self._restart_log(self.check_files())

    def check_files(self) -> int:
        """The size of the WAL file. Any thread may call this.

        Raises StoreMoved unless the database and its WAL file are still at their paths. That costs two calls of the
        system. The first commit has made the WAL file, which lives as long as a connection.
        """
        if self._identities is None:
            self._identities = (identity(os.lstat(self.path)), identity(os.lstat(self._wal)))
        database, wal = self._identities
        check_identity(self.path, database)
        return check_identity(self._wal, wal).st_size

    def _restart_log(self, size: int) -> None:
        """Let the next commit begin the WAL file anew, if it is long. This waits for the snapshots that are open.

        SQLite does this by itself only if no snapshot is open at a commit. Under many reads there may never be such a
        moment. The group is durable already, so a failure is no failure of the commit.
        """
        if size <= self._log_bytes_max:
            if size <= _LOG_BYTES_MAX:
                self._log_bytes_max = _LOG_BYTES_MAX
            return
        with suppress(sqlite3.Error):
            # A snapshot may stay open for long, as one of another program: do not wait again at each commit.
            self._log_bytes_max = size * 2
            self._database.execute(f"PRAGMA busy_timeout = {_RESTART_WAIT_MS}")
            try:
                if self._is_log_restarted():
                    self._log_bytes_max = _LOG_BYTES_MAX
            finally:
                self._database.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")

    def _is_log_restarted(self) -> bool:
        # SQLite waits for a reader's place, and may not notice that later readers have taken it. A new try notices.
        for _ in range(_RESTART_TRIES):
            is_busy = self._database.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()[0]
            if not is_busy:
                return True
        return False

    def _part(self) -> Iterator[None]:
        self._refuse_doomed()
        try:
            yield
        except BaseException:
            self._doomed = True
            raise

    def _refuse_doomed(self) -> None:
        if self._doomed:
            raise StoreError(f"{self.path}: a part of this transaction has failed, so none of it is kept")

    def execute(self, statement: str, values: Sequence[Any] | None = None) -> None:
        """Run one statement that writes. It is durable when this returns, unless it is part of a transaction."""
        with self.transaction():
            self._database.execute(statement, values or ())

    def executemany(self, statement: str, items: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each of the items, in one transaction."""
        with self.transaction():
            self._database.executemany(statement, items)

    def commit(self, blocking: bool = True) -> None:
        """Does nothing: writes outside a transaction are durable already. sqlitedict calls this."""

    def close(self, force: bool = False) -> None:
        """Subtract one user. The last user closes the file. In a forked child the file is not touched."""
        with _opening:
            self.users -= 1
            if self.users <= 0 and os.getpid() == self._process:
                _open.pop(self.path, None)
                super().close()


_open: dict[str, WriteConnection] = {}
_opening = threading.RLock()  # reentrant: the garbage collector may close one dict while another one is opened


def write_connection(path: str) -> WriteConnection:
    """The connection that writes to this file. All callers in this process share it, and each closes it once."""
    real = os.path.realpath(path)
    with _opening:
        connection = _open.get(real)
        if connection is None:
            connection = _open[real] = WriteConnection(real)
        connection.check_process()
        connection.users += 1
        return connection
