"""An execution in memory, and those of its changes that are not on disk yet. A cache of the store.

Makes rows through `checkpoint`. Must not know the store.
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
        "_history",
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
        self._history: list[HistoryEvent] = []
        self._tallied = False
        for path, scope in self.scopes.items():
            found = command_keys(checkpoint.execution, scope)
            if found:
                self._commands_on_disk[path] = found

    def apply(self, step: Step) -> None:
        """Apply a step of this execution."""
        self.checkpoint.execution = step.execution
        for path, scope in step.scopes.items():
            if scope is None:
                self.scopes.pop(path, None)
            else:
                self.scopes[path] = scope
        self._touched.update(step.scopes)
        self._history += step.history
        if step.changes:
            count(self.tallies, step.changes)
            self._tallied = True

    def add_rows_to(self, rows: GroupRows) -> None:
        """Add the rows of all that has changed since the last call."""
        execution = self.checkpoint.execution
        # An execution that succeeded never continues. Another one could be redriven, as AWS does, from its scopes.
        keeps_scopes = execution.status != "SUCCEEDED"
        for path in self._touched:
            self._add_scope_rows(rows, path, keeps_scopes=keeps_scopes)
        if self._history:
            rows.put_history(execution, self._history)
        if self._tallied:
            rows.put(keys.tallies(execution.id), self.tallies)
        self._add_timer_rows(rows)
        rows.put_header(execution, self.status_on_disk)
        self.status_on_disk = execution.status
        self._touched = set()
        self._history = []
        self._tallied = False

    def _add_scope_rows(self, rows: GroupRows, path: str, *, keeps_scopes: bool) -> None:
        execution = self.checkpoint.execution
        scope = self.scopes.get(path)
        wanted = [] if scope is None else command_keys(execution, scope)
        for key in self._commands_on_disk.pop(path, ()):
            if key not in wanted:
                rows.delete(key)
        if wanted and scope is not None:
            self._commands_on_disk[path] = wanted
            row = CommandRow(execution.id, path, scope.attempt)
            for key in wanted:
                rows.put(key, row)
        if scope is not None and keeps_scopes:
            rows.put_scope(execution, scope)
            self._scopes_on_disk.add(path)
        elif path in self._scopes_on_disk:
            rows.delete(keys.scope(execution.id, path))
            self._scopes_on_disk.discard(path)

    def _add_timer_rows(self, rows: GroupRows) -> None:
        """Add the rows of the timers of the execution itself, or their deletion."""
        execution = self.checkpoint.execution
        before, now = self.status_on_disk, execution.status
        if before == now:
            return
        for status, due, key_of, target in (
            ("PENDING", execution.start_at, keys.delayed_start, keys.DELAYED_START),
            ("RUNNING", execution.deadline, keys.deadline, keys.DEADLINE),
        ):
            if due is None:
                continue
            if now == status:
                rows.put(key_of(due, execution.id), CommandRow(execution.id, target, ""))
            elif before == status:
                rows.delete(key_of(due, execution.id))
