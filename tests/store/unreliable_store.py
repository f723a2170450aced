"""A store that a test can make fail."""

from __future__ import annotations

from statemachine.store.interface import Rows, StoreError
from statemachine.store.memory import MemoryStore


class UnreliableStore(MemoryStore):
    """A store whose commits can be made to fail. `commits` counts those that succeeded, `failed` those that failed."""

    def __init__(self) -> None:
        super().__init__()
        self.commits = self.failed = 0
        self._error: StoreError | None = None
        self._from = 0

    def fail(self, error: StoreError, after: int = 0) -> None:
        """Refuse every commit after `after` more commits have succeeded."""
        self._error, self._from = error, self.commits + after

    def recover(self) -> None:
        """Accept commits again."""
        self._error = None

    def commit(self, rows: Rows, fresh: Rows, epoch: int) -> None:
        if self._error is not None and self.commits >= self._from:
            self.failed += 1
            raise self._error
        super().commit(rows, fresh, epoch)
        self.commits += 1
