"""How many executions there are, by status, without looking at all of them each time.

Counted once before the engine opens, and from then on told by it which executions have changed. What became of them is
read only when somebody asks: an execution that changed a thousand times is read once. Knows no API.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from itertools import islice

from statemachine.checkpoint import keys
from statemachine.checkpoint.glance import glance_at_ending
from statemachine.core.model import ENDED, UNENDED
from statemachine.store.base import Store

PAGE = 1_000
CHANGED_MAX = 20_000
"""Changed executions that are remembered unread; beyond it some are read with each commit."""
AT_ONCE = 200
"""Executions read without letting go of the loop: about two milliseconds."""


class Census:
    """`load` it before the engine opens, and have `note` called after each commit."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counts: Counter[str] = Counter()
        self._open: dict[str, str] = {}
        self._changed: dict[str, None] = {}
        self._ahead: set[str] = set()

    def load(self) -> None:
        """Count what the store holds: two seconds for each million."""
        for status in (*UNENDED, *ENDED):
            after = ""
            while rows := self._store.scan(keys.by_status_prefix(status), after=after, limit=PAGE):
                self._counts[status] += len(rows)
                if status in UNENDED:
                    self._open.update((keys.listed_id(key), status) for key, _ in rows)
                after = rows[-1][0]

    def note(self, changed: Iterable[str]) -> None:
        """A group is durable that has changed these executions."""
        ids = dict.fromkeys(changed)
        if not ids:
            return
        # The end of one may have been read already, between its commit and this report of it.
        self._changed.update((id, None) for id in ids if id not in self._ahead)
        self._ahead.clear()
        if len(self._changed) > CHANGED_MAX:
            self._read(AT_ONCE)

    async def counts(self) -> dict[str, int]:
        """The number of executions of each status."""
        while self._changed:
            self._read(AT_ONCE)
            await asyncio.sleep(0)
        return {status: self._counts[status] for status in (*UNENDED, *ENDED)}

    def _read(self, limit: int) -> None:
        for id in list(islice(self._changed, limit)):
            del self._changed[id]
            ending = glance_at_ending(self._store, id)
            if ending is None:
                continue
            before = self._open.pop(id, None)
            if before is not None:
                self._counts[before] -= 1
            self._counts[ending.status] += 1
            if ending.status in UNENDED:
                self._open[id] = ending.status
            else:
                self._ahead.add(id)
