"""The interface of every store: rows of key → JSON bytes, written in atomic and durable groups.

A store must not know the meaning of its keys and values, and must not know time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

Rows = Mapping[str, bytes | None]
"""Key → JSON bytes. None deletes the key. A key has at least one character and no lone surrogates."""


class StoreError(Exception):
    """The store refused. Only after StoreFull may a later try succeed. After any other error the owner should stop."""


class KeyConflict(StoreError):
    """The `key` of a fresh row exists already: another writer has written it."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the key {key!r} exists already")
        self.key = key


class StaleEpoch(StoreError):
    """The commit was made under the epoch `given`, but a newer owner has raised the epoch to `current`."""

    def __init__(self, given: int, current: int) -> None:
        super().__init__(f"the store is owned under epoch {current}, not {given}")
        self.given = given
        self.current = current


class StoreFull(StoreError):
    """The disk is full, another process holds a lock, or a write failed. Nothing is kept; a later try may succeed."""


class StoreDamaged(StoreError):
    """The stored data can no longer be trusted, or a sync to disk failed. The owner must stop the process."""


class StoreMoved(StoreError):
    """The file at a path of the store is no longer the one that was opened. What is written now would be lost."""


class UnknownFormat(StoreError):
    """The file is not a store of ours, or a newer version has written it. Its tables were not changed."""


class Readable(Protocol):
    """The reading half of a store. Reads see committed groups only and may be made in any thread.

    Every method raises StoreError. It raises StoreDamaged if the stored bytes differ from the written ones.
    """

    def get(self, key: str) -> bytes | None:
        """The value of `key`, or None if the key does not exist."""

    def scan(
        self,
        prefix: str,
        after: str = "",
        limit: int | None = None,
        *,
        before: str | None = None,
        reverse: bool = False,
    ) -> list[tuple[str, bytes]]:
        """The rows whose key starts with `prefix`, in the order of their keys' UTF-8 bytes, descending if `reverse`.

        `after` is the last key of the previous page. The scan returns only greater keys, or only smaller ones if
        `reverse`. Without `after` it begins at the first key, or at the last one if `reverse`. `before` is an upper
        bound in both directions: only smaller keys are returned. Both bounds are whole keys. They are excluded from
        the answer and need not exist. `limit` is the greatest number of rows, or None for all rows.
        """

    def gather(self, prefixes: Sequence[str]) -> dict[str, bytes]:
        """All rows whose key starts with one of the prefixes, read in as few round trips as the store can make.

        A whole key is a prefix too. The order of the rows is not defined.
        """


class Store(Readable, Protocol):
    """A store with both halves. One thread writes to it. Every method raises StoreError.

    `remote` says that a read waits for a network. Such a store must not be read on the event loop.
    """

    remote: bool

    def snapshot(self) -> AbstractContextManager[Readable]:
        """The rows of one moment: all reads of the block see the same groups, those of the first read.

        They include every group that was committed before the block. Only one thread may read from a snapshot, and only
        inside the block. Many snapshots may be open at once. They may hold up a commit, but for two seconds at most.
        """

    def commit(self, rows: Rows, fresh: Rows, epoch: int) -> None:
        """Write one group. When this returns, the whole group is durable. If this raises, none of it is kept.

        `rows` replace the existing values; deleting a key that does not exist is no error. `fresh` rows must be new:
        KeyConflict names the first key that exists. `epoch` must be the number that the latest `raise_epoch`
        returned, or 0 before the first one; else StaleEpoch is raised. Raises StoreFull and StoreDamaged for errors
        of the disk. Raises ValueError for a key that is empty, has lone surrogates or is in both mappings, and for a
        fresh row without a value.
        """

    def raise_epoch(self) -> int:
        """Raise the epoch and return it. The owner calls this once at its start. Older owners can no longer commit."""

    def close(self) -> None:
        """Close files and connections. A store that is never closed loses nothing."""


def check_group(rows: Rows, fresh: Rows) -> None:
    """Raises ValueError for a group with an empty key, a key in both mappings or a fresh row without a value."""
    if "" in rows or "" in fresh:
        raise ValueError("the empty key is no key")
    if not rows.keys().isdisjoint(fresh):
        raise ValueError(f"keys both written and fresh: {sorted(rows.keys() & fresh.keys())}")
    if None in fresh.values():
        raise ValueError(f"fresh rows without a value: {sorted(key for key in fresh if fresh[key] is None)}")
