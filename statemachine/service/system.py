"""The server itself: how much it has to do, how much it holds, since when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from statemachine.checkpoint import keys
from statemachine.config import Settings
from statemachine.core.model import ENDED
from statemachine.host import Host
from statemachine.service.census import Census
from statemachine.service.rates import Rates
from statemachine.store.base import Store

TASKS_COUNTED_MAX = 10_000


class System:
    """The verb on the server. `census` is to be loaded before the host opens a store that holds anything."""

    def __init__(self, host: Host, settings: Settings, clock: Callable[[], float]) -> None:
        self.census = Census(host.store)
        host.watchers.append(self.census.note)
        self._rates = Rates(clock)
        host.observers.append(self._rates)
        self._host = host
        self._settings = settings
        self._started = clock()

    async def describe(self) -> dict[str, Any]:
        """Counts, sizes in bytes, version and start of this process."""
        counts = await self.census.counts()
        store = self._host.store
        activities = await asyncio.to_thread(_count, store, keys.ACTIVITY_TASKS)
        functions = await asyncio.to_thread(_count, store, keys.TASKS)
        callbacks = await asyncio.to_thread(_count, store, keys.CALLBACKS)
        return {
            "version": metadata.version("statemachine"),
            "startDate": self._started,
            "executions": {
                "pending": counts["PENDING"],
                "running": counts["RUNNING"],
                "finished": {status: counts[status] for status in ENDED},
            },
            "perSecond": self._rates.per_second(),
            "tasks": {
                "activities": activities,
                "functions": functions,
                "callbacks": callbacks,
                "countedUpTo": TASKS_COUNTED_MAX,
            },
            "store": {"path": str(self._settings.store_path), "bytes": _size(self._settings.store_path)},
        }


def _count(store: Store, prefix: str) -> int:
    """How many rows stand there, at most TASKS_COUNTED_MAX."""
    return len(store.scan(prefix, limit=TASKS_COUNTED_MAX))


def _size(path: Path) -> int:
    """The bytes of the store's files: the database and what SQLite keeps beside it."""
    total = 0
    for suffix in ("", "-wal", "-shm"):
        try:
            total += path.with_name(path.name + suffix).stat().st_size
        except FileNotFoundError:
            continue
    return total
