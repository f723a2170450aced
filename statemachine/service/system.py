"""The server itself: how much it has to do, how much it holds, since when. Must not know an API."""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata
from pathlib import Path

from statemachine import DISTRIBUTION
from statemachine.config import Settings
from statemachine.core.model import ENDED
from statemachine.host import Host
from statemachine.reads.waiting_tasks import COUNTED_MAX, count_tasks
from statemachine.service.answer import Answer
from statemachine.service.execution_counts import ExecutionCounts
from statemachine.service.rates import Rates, RatesPerSecond
from statemachine.times.timestamps import Timestamp


class ExecutionNumbers(Answer, frozen=True, kw_only=True):
    """Executions by status; `ended` has those that have ended, by status."""

    pending: int
    running: int
    ended: dict[str, int]


class TaskNumbers(Answer, frozen=True, kw_only=True):
    """Tasks that wait, each number counted up to `counted_up_to`."""

    activities: int
    functions: int
    callbacks: int
    counted_up_to: int


class StoreSize(Answer, frozen=True, kw_only=True):
    """Where the store is, and how many bytes its files have."""

    path: str
    bytes: int


class ServerDescription(Answer, frozen=True, kw_only=True):
    """The server: `start_date` is that of this process."""

    version: str
    start_date: Timestamp
    executions: ExecutionNumbers
    per_second: RatesPerSecond
    tasks: TaskNumbers
    store: StoreSize


class System:
    """The verb on the server. Load `counts` before the host opens."""

    def __init__(self, host: Host, settings: Settings, clock: Callable[[], float]) -> None:
        self.counts = ExecutionCounts()
        self._rates = Rates(clock)
        host.observers += [self.counts, self._rates]
        self._host = host
        self._settings = settings
        self._started = clock()

    async def describe(self) -> ServerDescription:
        """Counts, sizes, version and start."""
        counts = self.counts.by_status
        tasks = await self._host.survey(count_tasks)
        return ServerDescription(
            version=metadata.version(DISTRIBUTION),
            start_date=Timestamp(self._started),
            executions=ExecutionNumbers(
                pending=counts["PENDING"],
                running=counts["RUNNING"],
                ended={status: counts[status] for status in ENDED},
            ),
            per_second=self._rates.per_second(),
            tasks=TaskNumbers(
                activities=tasks.activities,
                functions=tasks.functions,
                callbacks=tasks.callbacks,
                counted_up_to=COUNTED_MAX,
            ),
            store=StoreSize(path=str(self._settings.store_path), bytes=_size(self._settings.store_path)),
        )


def _size(path: Path) -> int:
    """The bytes of the store's files: the database, its write-ahead log and its index."""
    total = 0
    for suffix in ("", "-wal", "-shm"):
        try:
            total += path.with_name(path.name + suffix).stat().st_size
        except FileNotFoundError:
            continue
    return total
