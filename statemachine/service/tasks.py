"""Tasks that wait for somebody: for a worker to pick them up, for the answer of whoever has them, for a token's return.

Read from the commands on disk. Tokens are not told: they are their bearer's right.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

from statemachine.arn import Home
from statemachine.checkpoint import keys
from statemachine.checkpoint.glance import Line, Pending, glance_at_line
from statemachine.core.resource import parse_resource
from statemachine.host import Host
from statemachine.json_text import load
from statemachine.service.paging import invalid_token, make_token, page_size, read_token
from statemachine.store.base import Store

EXAMINED_MAX = 1_000
"""Commands that one request looks at."""
PAGE = 256
COMMANDS = (keys.ACTIVITY_TASKS, keys.TASKS, keys.CALLBACKS)


class Tasks:
    """The verbs on waiting tasks."""

    def __init__(self, host: Host, home: Home, clock: Callable[[], float]) -> None:
        self._host = host
        self._home = home
        self._clock = clock

    async def list_page(self, *, max_results: int | None = None, next_token: str | None = None) -> dict[str, Any]:
        """Activity tasks, oldest first for each activity, then those of functions, then those that wait for their
        token. A page may be short, even empty, and have a token that leads on."""
        now = self._clock()
        position = read_token(next_token, ("tasks",), now)
        if position and not position.startswith(COMMANDS):
            raise invalid_token()
        found, more = await asyncio.to_thread(self._page, position, page_size(max_results), now)
        page: dict[str, Any] = {"tasks": found}
        if more is not None:
            page["nextToken"] = make_token(more, ("tasks",), now)
        return page

    def _page(self, position: str, size: int, now: float) -> tuple[list[dict[str, Any]], str | None]:
        found: list[dict[str, Any]] = []
        last = None
        for examined, (key, id, line) in enumerate(_commands(self._host.store, position)):
            if len(found) == size or examined >= EXAMINED_MAX:
                return found, last
            last = key
            # Read from the rows of another moment: the line may have moved on.
            if line is not None and line.waiting is not None and line.waiting.type == "task":
                found.append(self._shown(id, line, line.waiting, now))
        return found, None

    def _shown(self, id: str, line: Line, waiting: Pending, now: float) -> dict[str, Any]:
        machine, _, name = id.partition(":")
        is_activity = parse_resource(waiting.resource).family == "Activity"
        shown: dict[str, Any] = {
            "executionArn": self._home.execution(machine, name),
            "machine": keys.machine_of(id),
            "execution": name,
            "state": line.state,
            "resource": waiting.resource,
            "waitingFor": _waiting_for(waiting, is_activity=is_activity),
            "attempt": line.retries + 1,
            "scheduledDate": waiting.scheduled,
            "ageSeconds": max(round(now - waiting.scheduled, 3), 0),
        }
        if waiting.timeout_at is not None:
            shown["timeoutDate"] = waiting.timeout_at
        if waiting.heartbeat_at is not None:
            shown["heartbeatDate"] = waiting.heartbeat_at
        return shown


def _waiting_for(waiting: Pending, *, is_activity: bool) -> str:
    if waiting.submitted:
        return "TOKEN"
    return "WORKER" if is_activity and not waiting.taken else "ANSWER"


def _commands(store: Store, position: str) -> Iterator[tuple[str, str, Line | None]]:
    """Keys, executions and lines of control of the commands behind that key."""
    for prefix in COMMANDS:
        if position and not position.startswith(prefix):
            continue
        after, position = position, ""
        while rows := store.scan(prefix, after=after, limit=PAGE):
            for key, row in rows:
                id, path, _attempt = load(row)
                yield key, id, glance_at_line(store, id, path)
            after = rows[-1][0]
