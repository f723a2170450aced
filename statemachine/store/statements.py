"""The SQL of the one table that holds a store's rows: key TEXT PRIMARY KEY, value BLOB, as sqlitedict makes it.

Many rows go into one statement. Python gives up its lock around each statement, and while another thread is busy it
wins the lock back only after a switch interval: written row by row, a group may wait that long for every row.
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
"""Rows of one statement: two variables each, and SQLite before 3.32 takes no more than 999."""


def gather(count: int) -> str:
    """Read the rows within `count` ranges of keys, each from its first key up to, not including, its second."""
    ranges = ", ".join(["(?, ?)"] * count)
    # CROSS JOIN keeps SQLite from reading the whole table once and looking for a range for each row.
    return f"SELECT key, value FROM (VALUES {ranges}) CROSS JOIN {TABLE} WHERE key >= column1 AND key < column2"


def batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """The rows, as many at a time as one statement takes."""
    for start in range(0, len(rows), ROWS_MAX):
        yield rows[start : start + ROWS_MAX]


def insert(count: int) -> str:
    """Write `count` rows that must be new."""
    return f"INSERT INTO {TABLE} (key, value) VALUES {', '.join(['(?, ?)'] * count)}"


def upsert(count: int) -> str:
    """Write `count` rows over what stands there. Unlike REPLACE it leaves each row, and its index entry, in place."""
    return f"{insert(count)} ON CONFLICT (key) DO UPDATE SET value = excluded.value"


def delete(count: int) -> str:
    """Delete `count` rows, as far as they exist."""
    return f"DELETE FROM {TABLE} WHERE key IN ({', '.join('?' * count)})"
