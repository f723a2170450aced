"""The tasks of one execution that have no result, a page at a time. Must not know a kind of task."""

from __future__ import annotations

from typing import NamedTuple

from statemachine.checkpoint.read import read_checkpoint
from statemachine.core.resource import parse_resource
from statemachine.core.waits import TaskWait
from statemachine.reads.logs import PAGE_BYTES_MAX
from statemachine.store.interface import Readable


class ScopedTask(NamedTuple):
    """A task by its scope: its path, the name of its state, and how often the state was retried."""

    path: str
    state: str
    retries: int
    waiting: TaskWait


class TaskSlice(NamedTuple):
    """Tasks in the order of their paths. `has_more` says that others follow."""

    tasks: list[ScopedTask]
    has_more: bool


def open_tasks(rows: Readable, id: str, after: str, size: int) -> TaskSlice:
    """A look at no more than `size` tasks whose positions follow `after`, "" for the first ones."""
    checkpoint = read_checkpoint(rows, id)
    scopes = () if checkpoint is None else checkpoint.scopes.values()
    found: list[ScopedTask] = []
    length = 0
    for scope in sorted(scopes, key=lambda scope: scope.path):
        if (
            not isinstance(scope.waiting, TaskWait)
            or not can_be_answered(scope.waiting)
            or position(scope.path) <= after
        ):
            continue
        length += len(scope.waiting.arguments.text)
        if len(found) == size or (found and length > PAGE_BYTES_MAX):
            return TaskSlice(found, has_more=True)
        found.append(ScopedTask(scope.path, scope.state, scope.retries, scope.waiting))
    return TaskSlice(found, has_more=False)


def position(path: str) -> str:
    """The position of a scope in the list: not empty, also at the top."""
    return f"at {path}"


def can_be_answered(waiting: TaskWait) -> bool:
    """Has a worker taken the activity task, or does the task wait for a callback?"""
    resource = parse_resource(waiting.resource)
    if resource.family == "Activity":
        return waiting.taken
    return resource.pattern == ".waitForTaskToken"
