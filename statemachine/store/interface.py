"""What every store offers: rows of key → JSON bytes, written in atomic and durable groups.

A store never knows what its keys or values mean: no executions, no histories, no time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

Rows = Mapping[str, bytes | None]
"""Key → JSON bytes; None deletes the key. Keys are text of at least one character, without lone surrogates."""


class StoreError(Exception):
    """The store refused. Only StoreFull is worth another try; after any other, the owner should stop."""


class KeyConflict(StoreError):
    """A fresh row's `key` exists already: somebody else has written it."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the key {key!r} exists already")
        self.key = key


class StaleEpoch(StoreError):
    """The commit bore the epoch `given`, but a newer owner has raised it to `current`."""

    def __init__(self, given: int, current: int) -> None:
        super().__init__(f"the store is owned under epoch {current}, not {given}")
        self.given = given
        self.current = current


class StoreFull(StoreError):
    """No room, a foreign lock or a failed write: nothing of the group is kept, and a later try may succeed."""


class StoreDamaged(StoreError):
    """What was written cannot be trusted any more, or a sync to disk failed: the owner must stop the process."""


class UnknownFormat(StoreError):
    """The file is no store of ours, or one that a newer version has written. Its tables were left as they were."""


class Readable(Protocol):
    """The reading half of a store. Reads see committed groups only and may be made in any thread.

    Every method raises StoreError; StoreDamaged if the stored bytes are not what was written.
    """

    def get(self, key: str) -> bytes | None:
        """The value of `key`, None where there is none."""

    def scan(
        self,
        prefix: str,
        after: str = "",
        limit: int | None = None,
        *,
        before: str | None = None,
        reverse: bool = False,
    ) -> list[tuple[str, bytes]]:
        """The rows whose key starts with `prefix`, in key order (that of UTF-8 bytes), descending when `reverse`.

        `after` is the last key of the page before: only keys beyond it follow, which are the greater ones, or the
        smaller ones when `reverse`. Without it the scan begins at the first key, or at the last when `reverse`.
        `before` is an upper bound in both directions: only keys smaller than it are returned. Both bounds are whole
        keys, are themselves left out, and need not exist. `limit` is the greatest number of rows, None for all.
        """

    def gather(self, prefixes: Sequence[str]) -> dict[str, bytes]:
        """All rows whose key starts with any of the prefixes, in as few round trips as the store can.

        A whole key is a prefix too. The order of the rows is not defined.
        """


class Store(Readable, Protocol):
    """Readable, and written by one thread. Every method raises StoreError.

    `remote` says that a read waits for a network, so that nobody may read on the event loop.
    """

    remote: bool

    def commit(self, rows: Rows, fresh: Rows, epoch: int) -> None:
        """Write one group: all of it is durable when this returns, none of it is kept when this raises.

        `rows` are written over what stands there; deleting a key that does not exist is no error. `fresh` rows must
        be new: KeyConflict names the first that exists. `epoch` must be what the latest `raise_epoch` returned, or 0
        before the first; else StaleEpoch. Raises StoreFull and StoreDamaged as the disk does, and ValueError for a
        key that is in both mappings, an impossible key or a fresh row without a value.
        """

    def raise_epoch(self) -> int:
        """Called once at start by the owner: the new epoch. Commits of every older owner are refused from now on."""

    def close(self) -> None:
        """Give back files and connections. A store that is not closed loses nothing."""


def check_group(rows: Rows, fresh: Rows) -> None:
    """Refuse (ValueError) a group that means nothing: an empty key, a key twice, a fresh row without a value."""
    if "" in rows or "" in fresh:
        raise ValueError("the empty key is no key")
    if not rows.keys().isdisjoint(fresh):
        raise ValueError(f"keys both written and fresh: {sorted(rows.keys() & fresh.keys())}")
    if None in fresh.values():
        raise ValueError(f"fresh rows without a value: {sorted(key for key in fresh if fresh[key] is None)}")
