"""How far an execution is, state by state, and the changes since an earlier answer.

An answer is as old as its number says: the id of the latest event that it takes in. A request with that number gets
only the changes since then, so frequent requests are cheap.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable

from statemachine.core.model import UNENDED
from statemachine.core.tally import Tally
from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.reads.headers import Header
from statemachine.reads.progress import read_progress
from statemachine.service.executions.answers import ExecutionProgress, MapNumbers, StateNumbers
from statemachine.service.executions.find import does_not_exist, find_execution, id_of
from statemachine.times.timestamps import Timestamp

MAP_NUMBERS = ("items", "iterations", "succeeded", "failed", "aborted")
LOOK_SECONDS = 5.0
"""How often a wait looks by itself. A host may tell of no change."""


class Progress:
    """The verbs that tell of changes. `watchers_max` is how many requests may wait for a change at once."""

    def __init__(self, host: Host, watchers_max: int) -> None:
        self._host = host
        self._watchers_max = watchers_max
        self._watching = 0
        self._changed: dict[str, set[asyncio.Event]] = defaultdict(set)
        host.watchers.append(self._notice)

    async def updates(self, *, execution_arn: str, since: int = 0) -> ExecutionProgress:
        """The status, and the numbers of the states that have changed after the event `since`.

        Raises ServiceError ExecutionDoesNotExist.
        """
        found = await self._host.read(read_progress, id_of(execution_arn), since)
        if found is None or found.header.arn != execution_arn:
            raise does_not_exist(execution_arn)
        header = found.header
        ended = header.status not in UNENDED
        return ExecutionProgress(
            status=header.status,
            since=header.events,
            states={
                name: _numbers(tally, ended=ended)
                for name, tally in found.tallies.items()
                if ended or tally.changed > since
            },
            stop_date=None if header.stopped is None else Timestamp(header.stopped),
            error=header.error,
            cause=header.cause,
        )

    async def wait(self, *, execution_arn: str, since: int, seconds: float) -> ExecutionProgress:
        """As `updates`, when something has changed after the event `since`, the execution has ended, or that time has
        passed. Raises ServiceError ExecutionDoesNotExist or ThrottlingException."""
        execution = await find_execution(self._host, execution_arn)
        if self._watching >= self._watchers_max:
            raise ServiceError("ThrottlingException", "Too many requests wait for changes", status=429)
        changed = asyncio.Event()
        self._changed[execution.id].add(changed)
        self._watching += 1
        try:
            await self._wait(execution_arn, since, seconds, changed)
        finally:
            self._watching -= 1
            self._changed[execution.id].discard(changed)
            if not self._changed[execution.id]:
                del self._changed[execution.id]
        return await self.updates(execution_arn=execution_arn, since=since)

    async def _wait(self, execution_arn: str, since: int, seconds: float, changed: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while not self._host.draining and not _has_changed(await find_execution(self._host, execution_arn), since):
            left = until - loop.time()
            if left <= 0:
                return
            try:
                async with asyncio.timeout(min(left, LOOK_SECONDS)):
                    await changed.wait()
            except TimeoutError:
                continue
            changed.clear()

    def _notice(self, ids: Iterable[str]) -> None:
        """Executions have changed. None at all: the host drains, and every wait looks."""
        if not self._changed:
            return
        for id in list(ids) or list(self._changed):
            for changed in self._changed.get(id, ()):
                changed.set()


def _has_changed(execution: Header, since: int) -> bool:
    return execution.events > since or execution.status not in UNENDED


def _numbers(tally: Tally, *, ended: bool) -> StateNumbers:
    """The numbers of a state. In an execution that has ended nothing runs."""
    running = 0 if ended else tally.running
    if not any(getattr(tally, number) for number in MAP_NUMBERS):
        return StateNumbers(
            entered=tally.entered,
            left=tally.left,
            running=running,
            attempts=tally.attempts,
            retries=tally.retries,
            failures=tally.failures,
        )
    return MapNumbers(
        entered=tally.entered,
        left=tally.left,
        running=running,
        attempts=tally.attempts,
        retries=tally.retries,
        failures=tally.failures,
        items=tally.items,
        iterations=tally.iterations,
        succeeded=tally.succeeded,
        failed=tally.failed,
        aborted=tally.aborted,
    )
