"""A run that keeps nothing in memory, as after a kill between any two steps."""

from __future__ import annotations

from dataclasses import dataclass, field

from statemachine.checkpoint import keys
from statemachine.checkpoint.read import read_checkpoint
from statemachine.checkpoint.write import GroupRows
from statemachine.core.events import Event
from statemachine.store.memory import MemoryStore
from tests.core.script import Run


@dataclass
class Forgetful(Run):
    """What each step sees was written to a store by the one before, and read back."""

    store: MemoryStore = field(default_factory=MemoryStore)

    def send(self, event: Event) -> bool:
        paths, status = set(self.scopes), self.execution.status if self.history else None
        if not super().send(event):
            return False
        rows = GroupRows()
        for scope in self.scopes.values():
            rows.put_scope(self.execution, scope)
        for gone in paths - set(self.scopes):
            rows.delete(keys.scope(self.execution.id, gone))
        rows.put_header(self.execution, status)
        self.store.commit(rows.changed, rows.fresh, 0)
        checkpoint = read_checkpoint(self.store, self.execution.id)
        assert checkpoint is not None
        self.execution, self.scopes = checkpoint.execution, dict(checkpoint.scopes)
        return True
