"""A store in memory, for tests and for running a definition once. It has no files; its rows end with the process.

It keeps keys as UTF-8 bytes and compares prefixes. The store on disk computes bounds for SQL instead. So tests that
compare the two stores find errors in both.
"""

from __future__ import annotations

import copy
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

from statemachine.store.interface import KeyConflict, Readable, Rows, StaleEpoch, check_group


class MemoryStore:
    """The Store interface over a dict and a sorted list of its keys. It can still be read after `close`."""

    remote = False

    def __init__(self) -> None:
        self._values: dict[bytes, bytes] = {}
        self._keys: list[bytes] = []
        self._snapshots = 0
        self._epoch = 0
        self._lock = Lock()

    @contextmanager
    def snapshot(self) -> Iterator[Readable]:
        with self._lock:
            self._snapshots += 1
            frozen = copy.copy(self)
        try:
            yield frozen
        finally:
            with self._lock:
                if self._values is frozen._values:
                    self._snapshots -= 1

    def get(self, key: str) -> bytes | None:
        with self._lock:
            return self._values.get(key.encode())

    def scan(
        self,
        prefix: str,
        after: str = "",
        limit: int | None = None,
        *,
        before: str | None = None,
        reverse: bool = False,
    ) -> list[tuple[str, bytes]]:
        start = prefix.encode()
        with self._lock:
            keys = self._keys
            low = bisect_left(keys, start)
            high = bisect_left(keys, True, lo=low, key=lambda key: not key.startswith(start))
            if before is not None:
                high = min(high, bisect_left(keys, before.encode()))
            if after and reverse:
                high = min(high, bisect_left(keys, after.encode()))
            elif after:
                low = max(low, bisect_right(keys, after.encode()))
            found = keys[low:high]
            if reverse:
                found.reverse()
            return [(key.decode(), self._values[key]) for key in found[:limit]]

    def gather(self, prefixes: Sequence[str]) -> dict[str, bytes]:
        return {key: value for prefix in prefixes for key, value in self.scan(prefix)}

    def commit(self, rows: Rows, fresh: Rows, epoch: int) -> None:
        check_group(rows, fresh)
        changed = {key.encode(): value for mapping in (rows, fresh) for key, value in mapping.items()}
        with self._lock:
            if epoch != self._epoch:
                raise StaleEpoch(epoch, self._epoch)
            for key in fresh:
                if key.encode() in self._values:
                    raise KeyConflict(key)
            if self._snapshots:  # they keep the rows that they have
                self._values, self._keys, self._snapshots = dict(self._values), list(self._keys), 0
            for name, value in changed.items():
                self._change(name, value)

    def _change(self, name: bytes, value: bytes | None) -> None:
        if value is None:
            if self._values.pop(name, None) is not None:
                del self._keys[bisect_left(self._keys, name)]
            return
        if name not in self._values:
            insort(self._keys, name)
        self._values[name] = value

    def raise_epoch(self) -> int:
        with self._lock:
            self._epoch += 1
            return self._epoch

    def close(self) -> None:
        """Does nothing: there are no files or connections."""
