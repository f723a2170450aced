"""What SQLite's error codes mean to the owner of a store: try again, stop, or a defect of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from statemachine.store.interface import StoreDamaged, StoreError, StoreFull

_MAY_RECOVER = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PROTOCOL,
}
_DAMAGED = {
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_READONLY,
    # The statements are right, so the tables are not.
    sqlite3.SQLITE_ERROR,
    # After a failed sync the page cache may claim as written what the disk has lost.
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_DIR_FSYNC,
    # The disk cannot give back what it was given.
    sqlite3.SQLITE_IOERR_READ,
    sqlite3.SQLITE_IOERR_SHORT_READ,
    sqlite3.SQLITE_IOERR_CORRUPTFS,
}


def store_error(error: sqlite3.Error | UnicodeDecodeError, path: str) -> StoreError:
    """The StoreError that an error of SQLite is, naming the file."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:  # Python's own: a key or a message that is not UTF-8, or else the use of a closed connection
        error_type = StoreError if isinstance(error, sqlite3.ProgrammingError) else StoreDamaged
        return error_type(f"{path}: {error}")
    message = f"{path}: {error} ({getattr(error, 'sqlite_errorname', code)})"
    primary = code & 0xFF
    if code in _DAMAGED or primary in _DAMAGED:
        return StoreDamaged(message)
    if primary in _MAY_RECOVER:
        return StoreFull(message)
    return StoreError(message)


@contextmanager
def as_store_errors(path: str) -> Iterator[None]:
    """Raise what SQLite raises in the block as the StoreError that it is."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise store_error(error, path) from error
