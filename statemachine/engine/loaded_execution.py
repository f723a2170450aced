"""An execution in memory, and those of its changes that are not on disk yet. A cache of the store.

Makes rows through `checkpoint` only.
"""

from __future__ import annotations

from statemachine.checkpoint import keys
from statemachine.checkpoint.commands import CommandRow, command_keys
from statemachine.checkpoint.write import GroupRows
from statemachine.core.compile import Machine
from statemachine.core.model import Checkpoint, HistoryEvent, Scope, Step
from statemachine.core.tally import Tally, count


class LoadedExecution:
    """`scopes` and `tallies` are the dictionaries that `checkpoint` shows; only `apply` changes them. `status_on_disk`
    is None while the execution has no row.
    """

    __slots__ = (
        "_commands_on_disk",
        "_events",
        "_scopes_on_disk",
        "_tallied",
        "_touched",
        "checkpoint",
        "machine",
        "scopes",
        "status_on_disk",
        "tallies",
    )

    def __init__(self, machine: Machine, checkpoint: Checkpoint, *, on_disk: bool) -> None:
        self.machine = machine
        self.scopes: dict[str, Scope] = dict(checkpoint.scopes)
        self.tallies: dict[str, Tally] = dict(checkpoint.tallies)
        self.checkpoint = Checkpoint(checkpoint.execution, self.scopes, self.tallies)
        self.status_on_disk = checkpoint.execution.status if on_disk else None
        self._scopes_on_disk = set(self.scopes)
        self._commands_on_disk: dict[str, list[str]] = {}
        self._touched: set[str] = set()
        self._events: list[HistoryEvent] = []
        self._tallied = False
        for path, scope in self.scopes.items():
            given = command_keys(checkpoint.execution, scope)
            if given:
                self._commands_on_disk[path] = given

    def apply(self, step: Step) -> None:
        """Apply a step of this execution."""
        self.checkpoint.execution = step.execution
        for path, scope in step.scopes.items():
            if scope is None:
                self.scopes.pop(path, None)
            else:
                self.scopes[path] = scope
        self._touched.update(step.scopes)
        self._events += step.history
        if step.changes:
            count(self.tallies, step.changes)
            self._tallied = True

    def write(self, rows: GroupRows) -> None:
        """Add to `rows` all that has changed since the last call."""
        execution = self.checkpoint.execution
        done = execution.status == "SUCCEEDED"
        for path in self._touched:
            self._write_scope(rows, path, done=done)
        if self._events:
            rows.put_history(execution, self._events)
        if self._tallied:
            rows.put(keys.tallies(execution.id), self.tallies)
        self._write_timers(rows)
        rows.put_header(execution, self.status_on_disk)
        self.status_on_disk = execution.status
        self._touched = set()
        self._events = []
        self._tallied = False

    def _write_scope(self, rows: GroupRows, path: str, *, done: bool) -> None:
        execution = self.checkpoint.execution
        scope = self.scopes.get(path)
        given = [] if scope is None else command_keys(execution, scope)
        for key in self._commands_on_disk.pop(path, ()):
            if key not in given:
                rows.delete(key)
        if given and scope is not None:
            self._commands_on_disk[path] = given
            row = CommandRow(execution.id, path, scope.attempt)
            for key in given:
                rows.put(key, row)
        if scope is not None and not done:
            rows.put_scope(execution, scope)
            self._scopes_on_disk.add(path)
        elif path in self._scopes_on_disk:
            rows.delete(keys.scope(execution.id, path))
            self._scopes_on_disk.discard(path)

    def _write_timers(self, rows: GroupRows) -> None:
        """Write the timers of the execution itself: a delayed start while it is PENDING, the deadline while it is
        RUNNING."""
        execution = self.checkpoint.execution
        before, now = self.status_on_disk, execution.status
        if before == now:
            return
        if execution.start_at is not None:
            key = keys.delayed_start(execution.start_at, execution.id)
            if now == "PENDING":
                rows.put(key, CommandRow(execution.id, keys.DELAYED_START, ""))
            elif before == "PENDING":
                rows.delete(key)
        if execution.deadline is not None:
            key = keys.deadline(execution.deadline, execution.id)
            if now == "RUNNING":
                rows.put(key, CommandRow(execution.id, keys.DEADLINE, ""))
            elif before == "RUNNING":
                rows.delete(key)
