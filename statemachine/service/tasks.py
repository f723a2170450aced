"""Tasks that wait for somebody: for a worker to pick them up, for the answer of whoever has them, for a token's return.

Read from the commands on disk. Those that wait only for their token have no command there: they are found by looking
through the running executions, a bounded number for each request. Tokens are not told: they are their bearer's right.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from statemachine.arn import Home
from statemachine.checkpoint import keys
from statemachine.checkpoint.glance import Line, Pending, glance_at_line, glance_at_lines
from statemachine.checkpoint.write import machine_of
from statemachine.core.resource import parse_resource
from statemachine.engine.host import Host
from statemachine.json_text import load
from statemachine.service.paging import invalid_token, make_token, page_size, read_token
from statemachine.store.base import Store

EXAMINED_MAX = 1_000
"""Commands or lines of control that one request looks at."""
PAGE = 256
COMMANDS = (keys.ACTIVITY_TASKS, keys.TASKS)
RUNNING = keys.by_status_prefix("RUNNING")


class Place(NamedTuple):
    """Where a candidate was found: the key of its command, or that of its execution among the running ones with the
    path of its line of control. `line` is None where it has moved on."""

    key: str
    path: str
    id: str
    line: Line | None

    @property
    def position(self) -> str:
        return f"{self.key}\n{self.path}"


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
        key, _, path = position.partition("\n")
        if position and not key.startswith((*COMMANDS, RUNNING)):
            raise invalid_token()
        found, more = await asyncio.to_thread(self._page, key, path, page_size(max_results), now)
        page: dict[str, Any] = {"tasks": found}
        if more is not None:
            page["nextToken"] = make_token(more, ("tasks",), now)
        return page

    def _page(self, key: str, path: str, size: int, now: float) -> tuple[list[dict[str, Any]], str | None]:
        found: list[dict[str, Any]] = []
        last = None
        for examined, place in enumerate(_places(self._host.store, key, path)):
            if len(found) == size or examined >= EXAMINED_MAX:
                return found, last
            last = place.position
            line = place.line
            if line is None or line.waiting is None or line.waiting.kind != "task":
                continue
            if line.waiting.submitted == place.key.startswith(RUNNING):
                found.append(self._shown(place.id, line, line.waiting, now))
        return found, None

    def _shown(self, id: str, line: Line, waiting: Pending, now: float) -> dict[str, Any]:
        machine, _, name = id.partition(":")
        is_activity = parse_resource(waiting.resource).family == "Activity"
        shown: dict[str, Any] = {
            "executionArn": self._home.execution(machine, name),
            "machine": machine_of(id),
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


def _places(store: Store, key: str, path: str) -> Iterator[Place]:
    """Where tasks may wait, behind that key and path."""
    for prefix in COMMANDS:
        if not key or key.startswith(prefix):
            yield from _commands(store, prefix, key)
            key = ""
    if key:
        yield from _lines(store, key, path)
    after = key
    while rows := store.scan(RUNNING, after=after, limit=PAGE):
        for found, _ in rows:
            yield from _lines(store, found, None)
        after = rows[-1][0]


def _commands(store: Store, prefix: str, after: str) -> Iterator[Place]:
    while rows := store.scan(prefix, after=after, limit=PAGE):
        for key, row in rows:
            id, path, _attempt = load(row)
            yield Place(key, "", id, glance_at_line(store, id, path))
        after = rows[-1][0]


def _lines(store: Store, key: str, after: str | None) -> Iterator[Place]:
    id = keys.listed_id(key)
    while lines := glance_at_lines(store, id, after, PAGE):
        for line in lines:
            yield Place(key, line.path, id, line)
        after = lines[-1].path
