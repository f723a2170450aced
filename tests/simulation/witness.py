"""Sees all that leaves the engine and holds it against the disk: nothing may leave that the disk does not know at that
moment. Reads the store as a recovery would; knows nothing of what the engine remembers.
"""

from __future__ import annotations

from statemachine.checkpoint import keys
from statemachine.checkpoint.read import read_checkpoint, read_execution
from statemachine.core.context import task_token
from statemachine.core.events import Event, TaskFailure, TaskSuccess
from statemachine.core.ids import machine_of
from statemachine.core.limits import HISTORY_EVENTS_MAX
from statemachine.core.model import UNENDED, Execution, Scope
from statemachine.core.token import read_task_token
from statemachine.core.waits import TaskWait, TimedWait
from statemachine.engine.admission import AdmissionLimits
from statemachine.engine.timers import Timer
from statemachine.host import Reply
from statemachine.reads.history import read_history
from statemachine.store.interface import Store

Attempt = tuple[str, str, int, int]
"""Execution, scope, the event at which the state was entered, and how often it was retried since."""


class Violation(BaseException):
    """The engine broke a promise. (Found in the middle of its work, where no `except Exception` may hide it.)"""


def promise(kept: bool, what: str) -> None:
    """Raises Violation unless the promise was kept."""
    if not kept:
        raise Violation(what)


def address(token: str) -> tuple[str, str]:
    """Execution and scope of a token that was handed out."""
    found = read_task_token(token)
    assert found is not None
    return found


class Witness:
    """Remembers, over all lives of the engine, which attempts were handed out and which answers were accepted."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.tokens: dict[str, Attempt] = {}
        self._handed_out: dict[Attempt, tuple[str, str]] = {}
        self._keys: dict[str, str] = {}
        self._accepted: set[str] = set()

    def handed_out(self, token: str, arguments: str, key: str | None = None) -> tuple[Execution, Scope]:
        """A task was given to a function or worker: gives its execution and scope as they stand on disk."""
        execution, scope = self._waiting(token)
        attempt = (execution.id, scope.path, scope.entered_event, scope.retries)
        same = self._handed_out.setdefault(attempt, (token, arguments)) == (token, arguments)
        promise(same, f"attempt {attempt} was handed out again with another token or other arguments")
        promise(
            self.tokens.setdefault(token, attempt) == attempt,
            f"attempts {attempt} and {self.tokens[token]} share a token",
        )
        if key is not None:
            promise(self._keys.setdefault(token, key) == key, f"attempt {attempt} has a second idempotency key")
        return execution, scope

    def taken(self, token: str, arguments: str) -> tuple[Execution, Scope] | None:
        """As `handed_out`, for a worker. None where the group that recorded the taking has recorded the end of the
        attempt too, as when another worker, who had the task before a crash, was faster."""
        if not self.waits(token):
            id, path = address(token)
            events = read_history(self.store, id, 1, HISTORY_EVENTS_MAX)
            known = any(event.scope == path and event.type == "ActivityScheduled" for event in events)
            promise(known, f"{id}{path}: given to a worker, not scheduled on disk")
            return None
        execution, scope = self.handed_out(token, arguments)
        taken = isinstance(scope.waiting, TaskWait) and scope.waiting.taken
        promise(taken, f"{scope.path}: given to a worker, not taken on disk")
        return execution, scope

    def cancelled(self, token: str) -> None:
        """A function was told that nobody waits for its answer."""
        promise(not self.waits(token), "cancelled, but the disk still waits for it")

    def armed(self, timer: Timer) -> None:
        """A timer was set."""
        if timer.target in (keys.DEADLINE, keys.DELAYED_START):
            execution = read_execution(self.store, timer.id)
            promise(execution is not None, f"timer of {timer.id}, which is not on disk")
            assert execution is not None
            known = timer.due == (execution.deadline if timer.target == keys.DEADLINE else execution.start_at)
            promise(known, f"timer {timer.target} of {timer.id} is not on disk")
            return
        checkpoint = read_checkpoint(self.store, timer.id)
        scope = None if checkpoint is None else checkpoint.scopes.get(timer.target)
        waiting = None if scope is None else scope.waiting
        due = waiting.due if isinstance(waiting, TimedWait) and waiting.attempt == timer.attempt else None
        promise(due is not None, f"timer of {timer.id}{timer.target} is not on disk")
        assert due is not None
        row = self.store.get(keys.timer(due, timer.id, timer.target))
        promise(row is not None, f"timer of {timer.id}{timer.target} has no row")

    def replied(self, event: Event, reply: Reply) -> None:
        """A caller was told what became of its event."""
        if reply.execution is None:
            return
        told, found = reply.execution, read_execution(self.store, reply.execution.id)
        known = found is not None and found.events >= told.events and found.seed == told.seed
        promise(known, f"{type(event).__name__} was answered, but {told.id} is not that far on disk")
        assert found is not None
        promise(told.status in (*UNENDED, found.status), f"{told.id}: told {told.status}, on disk {found.status}")
        if isinstance(event, TaskSuccess | TaskFailure) and not reply.stale:
            promise(not self.waits(event.token), f"{told.id}{event.scope}: answered, but the disk still waits")
            promise(event.token not in self._accepted, f"{told.id}{event.scope}: two answers were accepted")
            self._accepted.add(event.token)

    def counted(self, limits: AdmissionLimits) -> None:
        """Something has changed on disk: no more executions run than may."""
        running = [machine_of(keys.listed_id(key)) for key, _ in self.store.scan(keys.by_status_prefix("RUNNING"))]
        promise(limits.running_max is None or len(running) <= limits.running_max, f"too many run: {running}")
        for machine, most in limits.machines.items():
            promise(running.count(machine) <= most, f"too many run of {machine}: {running}")

    def waits(self, token: str) -> bool:
        """Does the disk wait for the answer to that task?"""
        id, path = address(token)
        checkpoint = read_checkpoint(self.store, id)
        scope = None if checkpoint is None else checkpoint.scopes.get(path)
        if checkpoint is None or scope is None or not isinstance(scope.waiting, TaskWait):
            return False
        return task_token(checkpoint.execution, scope) == token

    def _waiting(self, token: str) -> tuple[Execution, Scope]:
        promise(self.waits(token), "a task left that the disk does not know as scheduled")
        id, path = address(token)
        checkpoint = read_checkpoint(self.store, id)
        assert checkpoint is not None
        return checkpoint.execution, checkpoint.scopes[path]
