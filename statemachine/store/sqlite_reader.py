"""Reads the rows of a SQLite file, each row as it is now or all rows as they were at one moment.

Must not know the meaning of any key, and must not write.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

from statemachine.store import statements
from statemachine.store.codec import unseal
from statemachine.store.connection import ReadConnection
from statemachine.store.sqlite_errors import store_error

_BEYOND_ALL_KEYS = b""
"""SQLite orders every BLOB after every TEXT."""


class SqliteReader:
    """The Readable interface over a connection of its own."""

    def __init__(self, path: str) -> None:
        """Raises StoreError."""
        self._path = path
        self._connection = ReadConnection(path)

    def get(self, key: str) -> bytes | None:
        rows = self._read(statements.GET, (key,))
        return unseal(rows[0][0], key) if rows else None

    def scan(
        self,
        prefix: str,
        after: str = "",
        limit: int | None = None,
        *,
        before: str | None = None,
        reverse: bool = False,
    ) -> list[tuple[str, bytes]]:
        first, end = prefix, _bound_of_prefix(prefix)
        uppers = [bound for bound in (end, before, (after or None) if reverse else None) if isinstance(bound, str)]
        if after and not reverse:
            first = max(first, after + "\0")  # the smallest key that is greater than `after`
        bounds = (first, min(uppers, default=_BEYOND_ALL_KEYS), -1 if limit is None else limit)
        rows = self._read(statements.SCAN_DOWN if reverse else statements.SCAN_UP, bounds)
        return [(key, unseal(sealed, key)) for key, sealed in rows]

    def gather(self, prefixes: Sequence[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for batch in statements.batches(prefixes):
            ranges = chain.from_iterable((prefix, _bound_of_prefix(prefix)) for prefix in batch)
            rows = self._read(statements.gather(len(batch)), tuple(ranges))
            found.update((key, unseal(sealed, key)) for key, sealed in rows)
        return found

    def begin_snapshot(self) -> None:
        """All reads from here to `end_snapshot` see the rows as they are at the first of them."""
        self._read("BEGIN")

    def end_snapshot(self) -> None:
        """The next read sees the rows as they are then."""
        if self._connection.in_transaction:  # SQLite ends it by itself at some errors
            self._read("COMMIT")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _read(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        try:
            return self._connection.select(statement, values)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise store_error(error, self._path) from error


class Snapshots:
    """Opens snapshots of one file, each on a connection that no other one uses. Connections are kept for later ones."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._idle: list[SqliteReader] = []
        self._closed = False

    @contextmanager
    def open(self) -> Iterator[SqliteReader]:
        """The rows of one moment. Raises StoreError."""
        try:
            reader = self._idle.pop()
        except IndexError:
            reader = SqliteReader(self._path)
        try:
            reader.begin_snapshot()
            yield reader
            reader.end_snapshot()
        except BaseException:
            reader.close()
            raise
        if self._closed:
            reader.close()
        else:
            self._idle.append(reader)

    def close(self) -> None:
        """Close all connections; one that is in use is closed when its snapshot ends."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()


def _bound_of_prefix(prefix: str) -> str | bytes:
    """The smallest value that SQLite orders after all keys with this prefix."""
    stem = prefix.rstrip("\U0010ffff")
    if not stem:
        return _BEYOND_ALL_KEYS
    following = ord(stem[-1]) + 1
    if following == 0xD800:  # surrogates are no characters
        following = 0xE000
    return stem[:-1] + chr(following)
