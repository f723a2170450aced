"""What goes wrong with the disk and the process, and when: decided anew at each commit and at each effect."""

from __future__ import annotations

from random import Random

from statemachine.store.interface import Rows, Store, StoreFull


class Crash(BaseException):
    """The process is killed here; nothing that it remembers survives. (No `except Exception` may hold it up.)"""


class Faults:
    """No fault at all; the base of the others. Counts commits."""

    commits = 0

    def commit_seconds(self) -> float:
        """How long the next commit takes."""
        return 0.002

    def before_commit(self) -> None:
        """Called when a commit is about to be made: raises Crash or StoreFull, or does nothing."""
        self.commits += 1

    def after_commit(self) -> None:
        """Called when a commit has just become durable: raises Crash, or does nothing."""

    def at_effect(self) -> None:
        """Called when something leaves the process: raises Crash, or does nothing."""

    def downtime(self) -> float:
        """How long it takes until the process runs again."""
        return 0.1


class RandomFaults(Faults):
    """Crashes, full disks and slow commits by chance, but only so many that the run comes to an end."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(f"faults {seed}")
        self._left = self._chance.choice((1, 3, 10))
        self._rate = self._chance.choice((0.03, 0.1, 0.3))

    def commit_seconds(self) -> float:
        return self._chance.choice((0.0001, 0.002, 0.002, 0.3, 2.0))

    def before_commit(self) -> None:
        super().before_commit()
        if self._happens():
            raise self._chance.choice((Crash, StoreFull))("before a commit")

    def after_commit(self) -> None:
        if self._happens():
            raise Crash("after a commit")

    def at_effect(self) -> None:
        if self._happens(0.2):
            raise Crash("at an effect")

    def downtime(self) -> float:
        return self._chance.choice((0.0, 0.1, 3.0))

    def _happens(self, part: float = 1.0) -> bool:
        if self._left and self._chance.random() < self._rate * part:
            self._left -= 1
            return True
        return False


class FaultAt(Faults):
    """One fault, at commit number `number` (the first is 1)."""

    KINDS = ("crash before", "crash after", "full disk")

    def __init__(self, number: int, kind: str) -> None:
        self._number = number
        self._kind = kind

    def before_commit(self) -> None:
        super().before_commit()
        if self.commits == self._number and self._kind != "crash after":
            raise (Crash if self._kind == "crash before" else StoreFull)(self._kind)

    def after_commit(self) -> None:
        if self.commits == self._number and self._kind == "crash after":
            raise Crash(self._kind)


class FaultyStore:
    """A store whose commits fail, or do not outlive their process, when the faults say so."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults
        self.get = store.get
        self.scan = store.scan
        self.snapshot = store.snapshot
        self.raise_epoch = store.raise_epoch
        self.close = store.close

    def commit(self, rows: Rows, fresh: Rows, epoch: int) -> None:
        self._faults.before_commit()
        self._store.commit(rows, fresh, epoch)
        self._faults.after_commit()
