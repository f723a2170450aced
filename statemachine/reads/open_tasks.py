"""The tasks of one execution that have no result. Must not know a kind of task."""

from __future__ import annotations

from typing import NamedTuple

from statemachine.checkpoint.read import read_checkpoint
from statemachine.core.waits import TaskWait
from statemachine.store.interface import Readable


class ScopedTask(NamedTuple):
    """A task by its scope: its path, the name of its state, and how often the state was retried."""

    path: str
    state: str
    retries: int
    waiting: TaskWait


def open_tasks(rows: Readable, id: str) -> list[ScopedTask]:
    """A look at the scopes that wait for a task."""
    checkpoint = read_checkpoint(rows, id)
    scopes = () if checkpoint is None else checkpoint.scopes.values()
    return [
        ScopedTask(scope.path, scope.state, scope.retries, scope.waiting)
        for scope in sorted(scopes, key=lambda scope: scope.path)
        if isinstance(scope.waiting, TaskWait)
    ]
