"""Tasks that wait: for a worker to pick them up, for their answer, or for their token to come back.

Read from the commands that are not answered. Never reads a token: a token is the right to answer.
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
COMMANDS = (keys.ACTIVITY_TASKS, keys.TASKS, keys.CALLBACKS)
COUNTED_MAX = 10_000


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
    path: str
    state: str = ""
    waiting: StoredWait | None = None
    retries: int = 0


class WaitingTask(NamedTuple):
    """One task; `id` is its execution's, `attempt` counts from 1."""

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
    """Can a page of tasks lead on from there?"""
    return not text or text.startswith(COMMANDS)


def task_page(rows: Readable, position: str, size: int) -> TaskPage:
    """At most `size` tasks behind `position`: activity tasks, oldest first for each activity, then those of functions,
    then those that wait for their token. A page may be short, even empty, and lead on."""
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
    """How many tasks wait."""
    activities, functions, callbacks = (len(rows.scan(prefix, limit=COUNTED_MAX)) for prefix in COMMANDS)
    return TaskCounts(activities, functions, callbacks)


def _tasks(rows: Readable, position: str) -> Iterator[tuple[str, WaitingTask | None]]:
    """The keys of commands behind `position` and their tasks; None if the scope has moved on since."""
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
