"""The SQL for the table of a store's rows: key TEXT PRIMARY KEY, value BLOB, as sqlitedict makes it.

One statement writes many rows. Python releases its lock (GIL) around each statement. While another thread is busy, it
gets the lock back only after a switch interval. A group that is written row by row may wait that long for every row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

Row = TypeVar("Row")

TABLE = "rows"
GET = f"SELECT value FROM {TABLE} WHERE key = ?"
SCAN_UP = f"SELECT key, value FROM {TABLE} WHERE key >= ? AND key < ? ORDER BY key LIMIT ?"
SCAN_DOWN = f"SELECT key, value FROM {TABLE} WHERE key >= ? AND key < ? ORDER BY key DESC LIMIT ?"

ROWS_MAX = 499
"""The most rows of one statement: a row needs two variables, and SQLite before 3.32 allows 999 variables."""


def gather(count: int) -> str:
    """Read the rows in `count` ranges of keys. A range includes its first key and excludes its second."""
    ranges = ", ".join(["(?, ?)"] * count)
    # Without CROSS JOIN, SQLite may read the whole table and look for a range for each row.
    return f"SELECT key, value FROM (VALUES {ranges}) CROSS JOIN {TABLE} WHERE key >= column1 AND key < column2"


def batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """The rows in batches of at most ROWS_MAX."""
    for start in range(0, len(rows), ROWS_MAX):
        yield rows[start : start + ROWS_MAX]


def insert(count: int) -> str:
    """Insert `count` rows. Their keys must be new."""
    return f"INSERT INTO {TABLE} (key, value) VALUES {', '.join(['(?, ?)'] * count)}"


def upsert(count: int) -> str:
    """Insert or update `count` rows. Unlike REPLACE, this keeps the place of each row and of its index entry."""
    return f"{insert(count)} ON CONFLICT (key) DO UPDATE SET value = excluded.value"


def delete(count: int) -> str:
    """Delete `count` rows. It is no error if a row does not exist."""
    return f"DELETE FROM {TABLE} WHERE key IN ({', '.join('?' * count)})"
