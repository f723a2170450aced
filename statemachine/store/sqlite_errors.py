"""From an error code of SQLite to a StoreError, which tells the owner of a store to try again or to stop."""

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
    # Our statements are correct, so the tables must be wrong.
    sqlite3.SQLITE_ERROR,
    # After a failed sync, pages that the disk has lost may look written in the page cache.
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_DIR_FSYNC,
    # The disk cannot read data that it has written.
    sqlite3.SQLITE_IOERR_READ,
    sqlite3.SQLITE_IOERR_SHORT_READ,
    sqlite3.SQLITE_IOERR_CORRUPTFS,
}


def store_error(error: sqlite3.Error | UnicodeDecodeError, path: str) -> StoreError:
    """The StoreError for an error of SQLite. Its text names the file."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:  # an error of Python: a key or a message that is not UTF-8, or the use of a closed connection
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
    """Turn errors of SQLite in the block into StoreErrors."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise store_error(error, path) from error
