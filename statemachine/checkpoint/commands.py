"""The rows of commands whose result has not come yet: under which keys they are, and what they hold.

Must not know when a command is released.
"""

from __future__ import annotations

import msgspec

from statemachine.arn import split_arn
from statemachine.checkpoint import keys
from statemachine.core.model import Execution, Scope
from statemachine.core.resource import parse_resource
from statemachine.core.waits import ChildrenWait, TaskWait, TurnWait


class CommandRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Whose wait a command serves.

    `execution` is an id. `path` is that of the scope, or `keys.DEADLINE` or `keys.DELAYED_START` for a timer of the
    whole execution. `attempt` is that of the scope's wait, "" for a timer of the whole execution.
    """

    execution: str
    path: str
    attempt: str


_rows = msgspec.json.Decoder(CommandRow)


def read_command(row: bytes) -> CommandRow:
    """The content of a command's row."""
    return _rows.decode(row)


def command_keys(execution: Execution, scope: Scope) -> list[str]:
    """The keys of the rows for the command of the scope's wait: none, one, or a timer's and a task's."""
    wait = scope.waiting
    if wait is None or isinstance(wait, ChildrenWait):
        return []
    if isinstance(wait, TurnWait):
        return [keys.turn(execution.id, scope.path)]
    found = [] if wait.due is None else [keys.timer(wait.due, execution.id, scope.path)]
    if isinstance(wait, TaskWait):
        found.append(_task_key(execution.id, scope.path, wait))
    return found


def _task_key(id: str, path: str, wait: TaskWait) -> str:
    if wait.submitted:
        return keys.callback(id, path)
    resource = parse_resource(wait.resource)
    if resource.family == "Activity":
        arn = split_arn(resource.arn)
        assert arn is not None
        return keys.activity_task(arn.name, wait.scheduled, id, path)
    return keys.task(id, path)
