"""How far an execution is, state by state, and the changes since an earlier answer. Must not know an API.

`since` in an answer is the id of the latest history event that is counted in it. A request with that number gets only
the changes since then, so frequent requests are cheap.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

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
RECHECK_SECONDS = 5.0
"""How often a waiting request reads the execution, because a host need not report every change."""


@dataclass(eq=False, slots=True)
class _Waiting:
    """A request that waits for a change of one execution."""

    execution: str
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Progress:
    """The verbs on progress. `waiting_max` is how many requests may wait for a change at once."""

    def __init__(self, host: Host, waiting_max: int) -> None:
        self._host = host
        self._waiting_max = waiting_max
        self._waiting: set[_Waiting] = set()
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

    async def wait(self, *, execution_arn: str, since: int = 0, wait: float = 0) -> ExecutionProgress:
        """As `updates`, but only when something has changed after the event `since`, the execution has ended, the host
        drains, or `wait` seconds have passed. Raises ServiceError ExecutionDoesNotExist or ThrottlingException."""
        execution = await find_execution(self._host, execution_arn)
        if len(self._waiting) >= self._waiting_max:
            message = f"Too many requests wait for changes (pollers_max = {self._waiting_max})"
            raise ServiceError("ThrottlingException", message)
        waiting = _Waiting(execution.id)
        self._waiting.add(waiting)
        try:
            await self._wait(execution, since, wait, waiting.changed)
        finally:
            self._waiting.discard(waiting)
        return await self.updates(execution_arn=execution_arn, since=since)

    async def _wait(self, execution: Header, since: int, seconds: float, changed: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while not self._host.draining and not _has_changed(execution, since):
            left = until - loop.time()
            if left <= 0:
                return
            with suppress(TimeoutError):  # then it is read again all the same
                async with asyncio.timeout(min(left, RECHECK_SECONDS)):
                    await changed.wait()
            changed.clear()
            execution = await find_execution(self._host, execution.arn)

    def _notice(self, ids: Iterable[str]) -> None:
        """These executions have changed. Without any id the host drains, and no request waits any longer."""
        if not self._waiting:
            return
        changed = set(ids)
        for waiting in self._waiting:
            if not changed or waiting.execution in changed:
                waiting.changed.set()


def _has_changed(execution: Header, since: int) -> bool:
    return execution.events > since or execution.status not in UNENDED


def _numbers(tally: Tally, *, ended: bool) -> StateNumbers:
    """The numbers of a state. In an execution that has ended nothing runs."""
    is_map = any(getattr(tally, number) for number in MAP_NUMBERS)
    numbers = msgspec.convert(tally, MapNumbers if is_map else StateNumbers, from_attributes=True)
    return msgspec.structs.replace(numbers, running=0) if ended else numbers
