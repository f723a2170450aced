"""Where an execution stands, state by state, and what has changed since one looked last.

An answer is as old as its number says: the id of the latest event that it takes in. Asking again with that number gives
only what has changed, so that looking often is cheap. Knows no API.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from statemachine.checkpoint.read import read_tallies
from statemachine.core.model import UNENDED
from statemachine.core.tally import Tally
from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.service.executions import find_execution

MAP_NUMBERS = ("items", "iterations", "succeeded", "failed", "aborted")


class Progress:
    """The verbs of whoever looks on. `watchers_max` is how many may wait for a change at once."""

    def __init__(self, host: Host, watchers_max: int) -> None:
        self._host = host
        self._watchers_max = watchers_max
        self._watching = 0
        self._changed: dict[str, set[asyncio.Event]] = defaultdict(set)
        host.watchers.append(self._notice)

    @property
    def draining(self) -> bool:
        """Is everyone to be let go?"""
        return self._host.draining

    def updates(self, *, execution_arn: str, since: int = 0) -> dict[str, Any]:
        """The status, the numbers of the states that have changed after event `since`, and the number to ask with next
        time. Raises ServiceError ExecutionDoesNotExist."""
        execution = find_execution(self._host.store, execution_arn)
        ended = execution.status not in UNENDED
        tallies = read_tallies(self._host.store, execution.id) if execution.events > since else {}
        states = {name: _shown(tally, ended=ended) for name, tally in tallies.items() if ended or tally.changed > since}
        updates = {"status": execution.status, "since": execution.events, "states": states}
        optional = {"stopDate": execution.stopped, "error": execution.error, "cause": execution.cause}
        return updates | {member: value for member, value in optional.items() if value is not None}

    async def wait(self, *, execution_arn: str, since: int, seconds: float) -> dict[str, Any]:
        """As `updates`, when something has changed after event `since`, the execution has ended, or that time has
        passed. Raises ServiceError ExecutionDoesNotExist or ThrottlingException."""
        id = find_execution(self._host.store, execution_arn).id
        if self._watching >= self._watchers_max:
            raise ServiceError("ThrottlingException", "Too many requests wait for changes", status=429)
        changed = asyncio.Event()
        self._changed[id].add(changed)
        self._watching += 1
        try:
            async with asyncio.timeout(seconds):
                while not self._has_changed(execution_arn, since) and not self._host.draining:
                    await changed.wait()
                    changed.clear()
        except TimeoutError:
            pass
        finally:
            self._watching -= 1
            self._changed[id].discard(changed)
            if not self._changed[id]:
                del self._changed[id]
        return self.updates(execution_arn=execution_arn, since=since)

    def _has_changed(self, execution_arn: str, since: int) -> bool:
        execution = find_execution(self._host.store, execution_arn)
        return execution.events > since or execution.status not in UNENDED

    def _notice(self, ids: Iterable[str]) -> None:
        """Executions have changed; none at all: everyone is to look up, because the host drains."""
        if not self._changed:
            return
        for id in list(ids) or list(self._changed):
            for changed in self._changed.get(id, ()):
                changed.set()


def _shown(tally: Tally, *, ended: bool) -> dict[str, int]:
    """The numbers of a state; those of a Map only where it is one. In an execution that has ended nothing runs."""
    shown = {
        "entered": tally.entered,
        "left": tally.left,
        "running": 0 if ended else tally.running,
        "attempts": tally.attempts,
        "retries": tally.retries,
        "failures": tally.failures,
    }
    if any(getattr(tally, number) for number in MAP_NUMBERS):
        shown |= {number: getattr(tally, number) for number in MAP_NUMBERS}
    return shown
