"""Tasks that wait, read from the rows of commands that have no result yet. Must not read a token.

The token of a task is the right to complete it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from statemachine.checkpoint import keys
from statemachine.checkpoint.commands import read_command
from statemachine.store.interface import Readable
from statemachine.store.pages import scan_pages

EXAMINED_MAX = 1_000
"""Commands that one look examines."""
CHUNK = 256
"""Commands that are read together, with their scopes."""
COMMANDS = (keys.ACTIVITY_TASKS, keys.TASKS, keys.CALLBACKS)
"""The commands of tasks, in the order in which the API lists them."""
COUNTED_MAX = 10_000
"""Of each of the COMMANDS, at most so many are counted."""


class StoredWait(msgspec.Struct, frozen=True):
    """The wait of a task without its arguments; the members are those of the wait in the row."""

    type: str
    resource: str = ""
    timeout_at: float | None = None
    heartbeat_at: float | None = None
    taken: bool = False
    submitted: bool = False
    scheduled: float = 0.0


class StoredScope(msgspec.Struct, frozen=True):
    """The members of a scope's row that tell of its task."""

    path: str
    state: str = ""
    waiting: StoredWait | None = None
    retries: int = 0


class WaitingTask(NamedTuple):
    """One task. `id` is that of its execution; `attempt` counts from 1."""

    id: str
    state: str
    attempt: int
    waiting: StoredWait


class TaskPage(NamedTuple):
    """Tasks, and the position after which the next page begins, None at the end."""

    tasks: list[WaitingTask]
    next_position: str | None


class TaskCounts(NamedTuple):
    """The numbers of waiting tasks, each at most COUNTED_MAX."""

    activities: int
    functions: int
    callbacks: int


_scopes = msgspec.json.Decoder(StoredScope)


def is_position(text: str) -> bool:
    """Is this a position in the list of waiting tasks?"""
    return not text or text.startswith(COMMANDS)


def task_page(rows: Readable, position: str, size: int) -> TaskPage:
    """At most `size` tasks after `position`; "" begins with the first one.

    Activity tasks come first, oldest first for each activity, then the other tasks that have no result, then those that
    wait for a call with their token. A page may be short, even empty, and have a next page.
    """
    found: list[WaitingTask] = []
    last = None
    for examined, (key, task) in enumerate(_tasks(rows, position)):
        if len(found) == size or examined >= EXAMINED_MAX:
            return TaskPage(found, last)
        last = key
        if task is not None:
            found.append(task)
    return TaskPage(found, None)


def count_tasks(rows: Readable) -> TaskCounts:
    """How many tasks wait. Reads all rows that it counts, at most 30,000: less than a tenth of a second."""
    activities, functions, callbacks = (len(rows.scan(prefix, limit=COUNTED_MAX)) for prefix in COMMANDS)
    return TaskCounts(activities, functions, callbacks)


def _tasks(rows: Readable, position: str) -> Iterator[tuple[str, WaitingTask | None]]:
    """The keys of commands after `position` with their tasks. The task is None if its scope no longer waits for it."""
    for prefix in COMMANDS:
        if position and not position.startswith(prefix):
            continue
        after, position = position, ""
        for page in scan_pages(rows, prefix, after, size=CHUNK):
            yield from _chunk(rows, page)


def _chunk(rows: Readable, found: list[tuple[str, bytes]]) -> Iterator[tuple[str, WaitingTask | None]]:
    commands = [read_command(row) for _, row in found]
    scopes = rows.gather([keys.scope(command.execution, command.path) for command in commands])
    for (key, _), command in zip(found, commands, strict=True):
        row = scopes.get(keys.scope(command.execution, command.path))
        scope = None if row is None else _scopes.decode(row)
        if scope is None or scope.waiting is None or scope.waiting.type != "task":
            yield key, None
        else:
            yield key, WaitingTask(command.execution, scope.state, scope.retries + 1, scope.waiting)
