"""Recovery after a start: release the commands again that were open when the process before this one ended.

Turns, tasks and activity tasks are released. Timers are not: `timers` reads them from disk as time passes. Nor are
callbacks: only a call with their token is missing. Nothing else is needed, because the checkpoint on disk is the whole
execution. Must not know how rows are laid out.
"""

from __future__ import annotations

from collections.abc import Iterator

import structlog

from statemachine.checkpoint import keys
from statemachine.checkpoint.commands import read_command
from statemachine.checkpoint.read import read_execution
from statemachine.core.events import DefectFound, TurnCame
from statemachine.core.model import UNENDED
from statemachine.core.waits import TaskWait, TurnWait
from statemachine.engine.releases import Releases
from statemachine.engine.writer import Writer
from statemachine.store.interface import Store
from statemachine.store.pages import scan_pages

TIMES_MAX = 3
"""An execution that so many processes in a row did not survive fails."""

log = structlog.get_logger()


def recover(store: Store, writer: Writer, releases: Releases, now: float) -> Iterator[int]:
    """Load the executions that run or are PENDING, then release one page of commands after the other. Yields how many
    were released each time."""
    for _ in writer.load_pages(now):
        yield 0
    for prefix in (keys.TURNS, keys.TASKS, keys.ACTIVITY_TASKS):
        for rows in scan_pages(store, prefix):
            for _, row in rows:
                command = read_command(row)
                release_again(writer, releases, command.execution, command.path)
            yield len(rows)


def count_unsurvived(store: Store, writer: Writer) -> dict[str, bytes | None]:
    """Count the execution that was being stepped when the process before this one was killed. The third time in a row
    it fails, because it would end this process too.

    Gives the rows to be written before anything is stepped.
    """
    for rows in scan_pages(store, keys.UNSURVIVED):
        writer.suspects.update(key.removeprefix(keys.UNSURVIVED) for key, _ in rows)
    id = writer.mark.left
    execution = None if id is None else read_execution(store, id)
    if id is None or execution is None or execution.status not in UNENDED:
        return {}
    key = keys.unsurvived(id)
    row = store.get(key)
    count = 1 if row is None else int(row) + 1
    writer.suspects.add(id)
    log.error("step not survived", execution=id, times=count)
    if count >= TIMES_MAX:
        writer.deliver(
            id, DefectFound(f"The server process ended {count} times in a row while it stepped this execution.")
        )
    return {key: str(count).encode()}


def release_again(writer: Writer, releases: Releases, id: str, path: str) -> None:
    """Release the command of a scope's wait. An execution that cannot be read is reported as a defect and left as it
    is."""
    try:
        checkpoint = writer.current_checkpoint(id)
    except Exception as error:
        writer.on_defect(id, error)
        return
    scope = None if checkpoint is None else checkpoint.scopes.get(path)
    if scope is None or scope.waiting is None:
        return
    if isinstance(scope.waiting, TurnWait):
        writer.deliver(id, TurnCame(path, scope.waiting.attempt))
    elif isinstance(scope.waiting, TaskWait):
        releases.hand_out(id, path, scope.waiting)
