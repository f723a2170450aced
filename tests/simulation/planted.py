"""Faults that are planted in the engine or its disk, to see that the simulator finds them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import count
from typing import Any
from unittest.mock import patch

import msgspec

from statemachine.checkpoint import keys
from statemachine.checkpoint.read import read_checkpoint
from statemachine.core.model import Checkpoint, Command, Scope
from statemachine.engine.admission import Admission
from statemachine.engine.commits import Commits
from statemachine.engine.delivery import Delivery, without_stored_payload
from statemachine.engine.group import Group
from statemachine.engine.loaded_execution import LoadedExecution
from statemachine.engine.releases import Releases
from statemachine.engine.running_tasks import RunningTasks
from statemachine.engine.timers import Timers
from statemachine.engine.writer import Writer
from statemachine.store.interface import Rows, Store
from tests.simulation.faults import FaultyStore


class ActsBeforeCommit(Commits):
    """All effects leave while the group is still being written."""

    def commit(self, group: Group) -> None:
        rows = group.rows
        self._loop.run_in_executor(None, self._store.commit, rows.changed, rows.fresh, self._epoch)
        self._loop.call_soon(self._finish)


class RepliesBeforeCommit(Commits):
    """Callers hear what became of their events while the group is still being written."""

    def commit(self, group: Group) -> None:
        for on_reply, reply in group.replies:
            on_reply(reply, None)
        group.replies.clear()
        super().commit(group)


class ReleasesBeforeCommit(Commits):
    """Tasks are handed out while the group that scheduled them is still being written."""

    def commit(self, group: Group) -> None:
        for id, command in group.commands:
            self._releases.release(id, command)
        super().commit(group)


class TwoTransactions(FaultyStore):
    """A group is written in two parts, and the process may end between them."""

    def commit(self, rows: Rows, fresh: Rows, epoch: int) -> None:
        self._store.commit(rows, {}, epoch)
        self._faults.before_commit()
        self._store.commit({}, fresh, epoch)
        self._faults.after_commit()


class KeepsTimerRows(FaultyStore):
    """Timers that are over stay on disk."""

    def commit(self, rows: Rows, fresh: Rows, epoch: int) -> None:
        kept = {key: row for key, row in rows.items() if row is not None or not key.startswith(keys.TIMERS)}
        super().commit(kept, fresh, epoch)


class KeepsCounts(FaultyStore):
    """An execution whose step was survived stays counted."""

    def commit(self, rows: Rows, fresh: Rows, epoch: int) -> None:
        super().commit({key: row for key, row in rows.items() if not key.startswith(keys.UNSURVIVED)}, fresh, epoch)


class LosesPayloads(FaultyStore):
    """Payloads are referred to, but not written."""

    def commit(self, rows: Rows, fresh: Rows, epoch: int) -> None:
        super().commit(rows, {key: row for key, row in fresh.items() if "/data/" not in key}, epoch)


class LosesLastEvent(FaultyStore):
    """Of each chunk of history the last event is missing."""

    def commit(self, rows: Rows, fresh: Rows, epoch: int) -> None:
        cut = {
            key: msgspec.json.encode(msgspec.json.decode(row)[:-1]) if row and "/hist/" in key else row
            for key, row in fresh.items()
        }
        super().commit(rows, cut, epoch)


class LosesLogs(FaultyStore):
    """What functions have printed is not written."""

    def commit(self, rows: Rows, fresh: Rows, epoch: int) -> None:
        super().commit(rows, {key: row for key, row in fresh.items() if "/logs/" not in key}, epoch)


class WritesAnyway(FaultyStore):
    """A commit that fails leaves its rows on disk."""

    def commit(self, rows: Rows, fresh: Rows, epoch: int) -> None:
        self._store.commit(rows, fresh, epoch)
        self._faults.before_commit()
        self._faults.after_commit()


def forgetting_commands() -> AbstractContextManager[Any]:
    """Recovery releases nothing."""
    return patch("statemachine.engine.recovery.release_again", lambda *arguments: None)


def forgetting_extended_timers() -> AbstractContextManager[Any]:
    """A heartbeat moves the time-out on disk, but sets no timer."""
    release = Releases.release

    def release_first(self: Releases, id: str, command: Command) -> None:
        if not command.extended:
            release(self, id, command)

    return patch.object(Releases, "release", release_first)


def losing_in_recovery(**lost: Any) -> AbstractContextManager[Any]:
    """Fields of scopes that are not what they were when they are read back."""

    def read(store: Store, id: str) -> Checkpoint | None:
        checkpoint = read_checkpoint(store, id)
        if checkpoint is None:
            return None
        scopes = {path: msgspec.structs.replace(scope, **lost) for path, scope in checkpoint.scopes.items()}
        return Checkpoint(checkpoint.execution, scopes)

    return patch("statemachine.engine.writer.read_checkpoint", read)


def accepting_stale_answers() -> AbstractContextManager[Any]:
    """Any token is right."""
    return patch("statemachine.core.advance.same_token", lambda one, other: True)


def new_keys() -> AbstractContextManager[Any]:
    """Each hand-out bears an idempotency key of its own."""
    numbers = count()
    return patch("statemachine.engine.running_tasks.idempotency_key", lambda token: str(next(numbers)))


def starting_twice() -> AbstractContextManager[Any]:
    """A task that is released again is started again, although it runs."""
    start = RunningTasks.start

    def start_anyway(self: RunningTasks, *arguments: Any) -> None:
        start(self, *arguments)
        self._by_token.clear()
        start(self, *arguments)

    return patch.object(RunningTasks, "start", start_anyway)


def leaving_timers_on_disk() -> AbstractContextManager[Any]:
    """Only timers that are set in this life fire."""

    def load_upcoming(self: Timers, now: float) -> None:
        self.horizon = now + 1e6

    return patch.object(Timers, "load_upcoming", load_upcoming)


def keeping_memory_after_a_lost_group() -> AbstractContextManager[Any]:
    """After a failed commit the engine goes on from what it remembers."""

    def discard_groups(self: Writer, error: Exception, now: float) -> list[Any]:
        for on_reply, _ in self._take_in_flight().replies:
            on_reply(None, error)
        return []

    return patch.object(Writer, "discard_groups", discard_groups)


def dropping_events_of_a_lost_group() -> AbstractContextManager[Any]:
    """Answers of functions are not stepped again after a failed commit."""
    discard_groups = Writer.discard_groups

    def discard_all(self: Writer, error: Exception, now: float) -> Any:
        for group in (self.in_flight, self._forming):
            assert group is not None
            group.unreplied.clear()
        return discard_groups(self, error, now)

    return patch.object(Writer, "discard_groups", discard_all)


def dropping_logs_of_a_lost_group() -> AbstractContextManager[Any]:
    """Results of functions are stepped again after a failed commit, but without what the functions have printed."""

    def queued_again(delivery: Delivery) -> Delivery:
        found = without_stored_payload(delivery)
        found.log = None
        return found

    return patch("statemachine.engine.writer.without_stored_payload", queued_again)


def forgetting_deadlines() -> AbstractContextManager[Any]:
    """No time-out of a whole execution is written down."""
    return patch.object(LoadedExecution, "_add_timer_rows", lambda self, rows: None)


def sharing_scopes() -> AbstractContextManager[Any]:
    """A step works on the scopes themselves, not on copies of them."""
    copied = copy.copy
    return patch("copy.copy", lambda value: value if isinstance(value, Scope) else copied(value))


@dataclass(frozen=True)
class Fault:
    """A fault is a kind of commits or a disk that does not do what it should, or a patch of the engine."""

    commits: type[Commits] = Commits
    disk: type[FaultyStore] = FaultyStore
    planted: Callable[[], AbstractContextManager[Any]] = nullcontext


FAULTS = {
    "recovery forgets commands": Fault(planted=forgetting_commands),
    "a group in two transactions": Fault(disk=TwoTransactions),
    "effects before the commit": Fault(commits=ActsBeforeCommit),
    "replies before the commit": Fault(commits=RepliesBeforeCommit),
    "commands before the commit": Fault(commits=ReleasesBeforeCommit),
    "stale answers are accepted": Fault(planted=accepting_stale_answers),
    "timer rows are not deleted": Fault(disk=KeepsTimerRows),
    "a step that was survived stays counted": Fault(disk=KeepsCounts),
    "timers on disk are not read": Fault(planted=leaving_timers_on_disk),
    "extended timers are not set": Fault(planted=forgetting_extended_timers),
    "deadlines are not kept": Fault(planted=forgetting_deadlines),
    "a payload has no row": Fault(disk=LosesPayloads),
    "an event is missing": Fault(disk=LosesLastEvent),
    "what a function printed is not kept": Fault(disk=LosesLogs),
    "a lost group loses what functions printed": Fault(planted=dropping_logs_of_a_lost_group),
    "a failed commit is kept": Fault(disk=WritesAnyway),
    "recovery forgets retries": Fault(planted=lambda: losing_in_recovery(attempts={})),
    "recovery forgets variables": Fault(planted=lambda: losing_in_recovery(variables={})),
    "recovery changes tokens": Fault(planted=lambda: losing_in_recovery(retries=7)),
    "idempotency keys change": Fault(planted=new_keys),
    "running tasks are started again": Fault(planted=starting_twice),
    "memory outlives a lost group": Fault(planted=keeping_memory_after_a_lost_group),
    "events of a lost group are dropped": Fault(planted=dropping_events_of_a_lost_group),
    "more run than may": Fault(planted=lambda: patch.object(Admission, "_has_room", lambda self, machine: True)),
    "a step changes what it was given": Fault(planted=sharing_scopes),
    "who waits is forgotten": Fault(planted=lambda: patch.object(Admission, "_load", lambda self, *arguments: None)),
}
