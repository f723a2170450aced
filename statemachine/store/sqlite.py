"""The store on disk: one SQLite file, used through sqlitedict. It does not know the meaning of any key.

sqlitedict itself does not sync, hangs if a commit fails, and reads pickles. So `DurableDict` is its only subclass here,
and SqliteDict is constructed nowhere else.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack, closing
from itertools import chain
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from sqlitedict import SqliteDict

from statemachine.store import statements
from statemachine.store.codec import decode, encode, seal
from statemachine.store.connection import ReadConnection
from statemachine.store.directory import private_directory, refuse_link
from statemachine.store.interface import (
    KeyConflict,
    Readable,
    Rows,
    StaleEpoch,
    StoreDamaged,
    UnknownFormat,
    check_group,
)
from statemachine.store.pages import scan_pages
from statemachine.store.sqlite_errors import as_store_errors
from statemachine.store.sqlite_reader import Snapshots, SqliteReader
from statemachine.store.write_connection import WriteConnection, write_connection

FORMAT = 2
"""The version of the format of the file and its rows. A file of another format is refused. Development versions
before 0.1.0 wrote format 1."""

_VERIFY_ROWS = 256


class DurableDict(SqliteDict):
    """A dict of JSON values in a table of a SQLite file. Every write is durable when it returns.

    All dicts over one file share one connection. So `transaction` makes one atomic group of all writes to any of them.
    Statements raise sqlite3.Error in the caller. The constructor raises StoreError.
    """

    def __init__(
        self,
        filename: str | PathLike[str],
        tablename: str = "unnamed",
        autocommit: bool = True,
        journal_mode: str = "WAL",
    ) -> None:
        """`autocommit` and `journal_mode` are parameters of SqliteDict. They are ignored: every write is durable."""
        super().__init__(  # type: ignore[no-untyped-call]  # sqlitedict has no types
            fspath(filename), tablename, encode=encode, decode=decode, outer_stack=False
        )

    def _new_conn(self) -> WriteConnection:
        return write_connection(self.filename)

    def transaction(self) -> AbstractContextManager[None]:
        """One atomic and durable group: all writes of the block are kept, or none if the block raises."""
        connection: WriteConnection = self.conn
        return connection.transaction()


class SqliteStore(SqliteReader):
    """The Store interface over one SQLite file. Reads have connections of their own and never wait for a commit."""

    remote = False

    def __init__(self, path: str | PathLike[str]) -> None:
        """Open the file, or create it and its directory.

        Raises UnknownFormat if the file is not ours or has another format, StoreDamaged if `PRAGMA quick_check` finds
        damage, and StoreError if the directory is unsafe or commits cannot be made durable.
        """
        directory = private_directory(Path(path).parent)
        self._path = str(directory / Path(path).name)
        refuse_link(self._path)
        with ExitStack() as opened:
            self._writer = opened.enter_context(closing(write_connection(self._path)))
            with as_store_errors(self._path), self._writer.transaction():
                self._open_tables(opened)
            super().__init__(self._path)
            opened.callback(super().close)
            self._snapshots = opened.enter_context(closing(Snapshots(self._path)))
            self._opened = opened.pop_all()

    def _open_tables(self, opened: ExitStack) -> None:
        is_new = not self._writer.select("SELECT 1 FROM sqlite_master")
        self._about: DurableDict = opened.enter_context(DurableDict(self._path, "about"))
        opened.enter_context(DurableDict(self._path, statements.TABLE))  # this makes the table
        if is_new:
            self._about.update(format=FORMAT, epoch=0)
        found = self._about.get("format")
        if found is None:
            raise UnknownFormat(f"{self._path}: the file holds tables, but is no store of ours")
        if found != FORMAT:
            raise UnknownFormat(f"{self._path}: {_refused(found)}")

    def snapshot(self) -> AbstractContextManager[Readable]:
        return self._snapshots.open()

    def commit(self, rows: Rows, fresh: Rows, epoch: int) -> None:
        check_group(rows, fresh)
        written = [(key, seal(value, key)) for key, value in rows.items() if value is not None]
        deleted = [(key,) for key, value in rows.items() if value is None]
        inserted = [(key, seal(value, key)) for key, value in fresh.items() if value is not None]
        with as_store_errors(self._path):
            try:
                with self._writer.transaction():
                    self._check_epoch(epoch)
                    self._write(statements.upsert, written)
                    self._write(statements.delete, deleted)
                    self._write(statements.insert, inserted)
            except sqlite3.IntegrityError:
                key = self._first_that_exists(fresh)
                if key is None:
                    raise
                raise KeyConflict(key) from None

    def _check_epoch(self, epoch: int) -> None:
        current = self._epoch()
        if epoch != current:
            raise StaleEpoch(epoch, current)

    def _epoch(self) -> int:
        epoch = self._about.get("epoch")
        if not isinstance(epoch, int):
            raise StoreDamaged(f"{self._path}: the epoch is missing")
        return epoch

    def _write(self, statement: Callable[[int], str], rows: list[tuple[Any, ...]]) -> None:
        rows.sort()  # neighbours share pages of the index: up to a sixth faster, sorting included
        for batch in statements.batches(rows):
            self._writer.execute(statement(len(batch)), tuple(chain.from_iterable(batch)))

    def raise_epoch(self) -> int:
        with as_store_errors(self._path), self._writer.transaction():
            epoch = self._epoch() + 1
            self._about["epoch"] = epoch
        return epoch

    def close(self) -> None:
        self._opened.close()

    def check_files(self) -> None:
        """Raises StoreMoved unless the files that are open are still at their paths. Any thread may call this."""
        self._writer.check_files()

    def verify(self) -> None:
        """Check the whole file: `PRAGMA integrity_check`, then the checksum of every value. Raises StoreDamaged.

        This takes seconds for a large file. It may run in any thread while the store is in use.
        """
        with as_store_errors(self._path), closing(ReadConnection(self._path)) as connection:
            finding = connection.select_one("PRAGMA integrity_check(1)")[0]
        if finding != "ok":
            raise StoreDamaged(f"{self._path}: the store is damaged: {finding}")
        for _ in scan_pages(self, "", size=_VERIFY_ROWS):
            pass  # reading a row checks it

    def _first_that_exists(self, keys: Iterable[str]) -> str | None:
        return next((key for key in keys if self._read(statements.GET, (key,))), None)


def _refused(format: Any) -> str:
    """The message about a store of another format. It says what to do."""
    writer = "by a development version before 0.1.0" if format == 1 else "by a newer version"
    return (
        f"a store of format {format}, written {writer}; this version reads format {FORMAT} only. "
        "Use another data directory, or the version that wrote this one"
    )
