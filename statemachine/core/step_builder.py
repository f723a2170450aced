"""The workspace of one step: copies of the scopes that it changes, the events that it notes, its commands.

Code that raises in the middle of a step has changed nothing outside of this workspace (law 6). Knows no state type and
no rule of the language.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable, Container, Mapping
from typing import Any

import msgspec

from statemachine.core.compile import Machine, State
from statemachine.core.event_types import MEANINGS
from statemachine.core.limits import HISTORY_EVENTS_MAX, STEP_TRANSITIONS_MAX
from statemachine.core.model import Checkpoint, Command, HistoryEvent, Scope, Step
from statemachine.core.payload import Payload
from statemachine.core.scope_path import child_path, parent_path
from statemachine.core.tally import Change, counted
from statemachine.core.waits import TaskWait, Wait
from statemachine.query.evaluation import EvaluationRequest, EvaluationResult
from statemachine.query.work import Work


class StepContext(msgspec.Struct, frozen=True):
    """What a step is told together with its event.

    `now` is the time in epoch seconds. `activities` holds the ARNs of the activities that exist. `evaluate` evaluates
    expressions of unknown cost; None lets this process evaluate them. The step may enter `transitions_max` states; the
    rest waits for its turn. `work` counts the work of its expressions. `listening_since` is when the server
    last became able to hear workers. `clock_set` says that the wall clock was set in this process.
    """

    now: float
    activities: Container[str] = ()
    evaluate: Callable[[EvaluationRequest], EvaluationResult] | None = None
    transitions_max: int = STEP_TRANSITIONS_MAX
    work: Work = msgspec.field(default_factory=Work)
    listening_since: float = 0.0
    clock_set: bool = False


class HistoryExhausted(Exception):
    """The history is full: the execution may note its end and no other event."""


class StepBuilder:
    """One step in the making.

    `ready` holds what is to be done next, in order: (path of the scope, action, argument). The action is "enter"
    (without an argument), "resume" (with the result of the state's work, None after a timer), or "fail" (with the
    StateError).
    """

    def __init__(self, machine: Machine, checkpoint: Checkpoint, context: StepContext) -> None:
        self.machine = machine
        self.execution = copy.copy(checkpoint.execution)
        self.context = context
        self.now = context.now
        self.ready: deque[tuple[str, str, Any]] = deque()
        self.history: list[HistoryEvent] = []
        self.changes: list[Change] = []
        self._before = checkpoint.scopes
        self._scopes: dict[str, Scope | None] = {}
        self._commands: dict[str, Wait] = {}
        self._extended: set[str] = set()
        self._cancelled: list[Command] = []
        # No event is stamped before the one that precedes it, even if the clock was set back.
        self.stamp = max(context.now, self.execution.stamped / 1000)
        self._timestamp = max(int(context.now * 1000), self.execution.stamped)

    def edit_or_none(self, path: str) -> Scope | None:
        """The scope for reading and writing, None if there is no such scope. It is this step's own copy."""
        if path in self._scopes:
            return self._scopes[path]
        before = self._before.get(path)
        if before is None:
            return None
        scope = copy.copy(before)
        self._scopes[path] = scope
        return scope

    def edit(self, path: str) -> Scope:
        """The scope for reading and writing. There must be one."""
        scope = self.edit_or_none(path)
        assert scope is not None, path
        return scope

    def read(self, path: str) -> Scope | None:
        """The scope for reading only, None if there is no such scope. It may be the one of the checkpoint."""
        return self._scopes[path] if path in self._scopes else self._before.get(path)

    def state(self, scope: Scope) -> State:
        """The state that the scope is in."""
        return self.machine.states[scope.state]

    def paths(self) -> list[str]:
        """The paths of all scopes that exist now."""
        paths = [path for path in self._before if path not in self._scopes]
        paths += [path for path, scope in self._scopes.items() if scope is not None]
        return paths

    def add(self, scope: Scope) -> None:
        """Add a new scope."""
        self._scopes[scope.path] = scope

    def remove(self, path: str) -> None:
        """Remove a scope and cancel its wait."""
        scope = self.edit_or_none(path)
        if scope is not None:
            self.cancel_wait(scope)
            self.execution.variable_bytes -= sum(value.size for value in scope.variables.values())
            self._scopes[path] = None

    def note(self, type_: str, scope: Scope, previous: int, details: dict[str, Any] | None = None) -> int:
        """Append a history event that follows the event `previous`, and give its id.

        Raises HistoryExhausted if the history is full, but never for an event of the execution itself.
        """
        number = self.execution.events + 1
        if number >= HISTORY_EVENTS_MAX and MEANINGS[type_].subject != "execution":
            raise HistoryExhausted
        self.execution.events = number
        counted_as = counted(type_)
        if counted_as is not None:
            # The events of an iteration are noted in its own scope, and counted for its Map.
            name = details["name"] if details is not None and MEANINGS[type_].subject == "iteration" else scope.state
            self.changes.append(Change(name, counted_as, 1, number))
        self.history.append(HistoryEvent(number, previous, self._timestamp, type_, scope.path, details))
        return number

    def note_next(self, type_: str, scope: Scope, details: dict[str, Any] | None = None) -> None:
        """Append the event that follows the scope's latest one."""
        scope.last_event = self.note(type_, scope, scope.last_event, details)

    def count(self, scope: Scope, number: str, amount: int = 1) -> None:
        """Add to a number of the scope's current state. For numbers that no event type adds to."""
        self.changes.append(Change(scope.state, number, amount, self.execution.events))

    def fail(self, scope: Scope) -> None:
        """End the scope as failed."""
        scope.failed = True
        if scope.entered_event:
            self.count(scope, "left")

    def wait_for(self, scope: Scope, wait: Wait) -> None:
        """Let the scope wait. The command to serve that wait goes with the step."""
        scope.waiting = wait
        self._commands[scope.path] = wait

    def extend_wait(self, scope: Scope, wait: Wait) -> None:
        """Let the scope go on waiting for the same thing, until other times."""
        scope.waiting = wait
        if scope.path not in self._commands:
            self._extended.add(scope.path)
        self._commands[scope.path] = wait

    def cancel_wait(self, scope: Scope) -> None:
        """End the scope's wait without an answer. A task that was scheduled in an earlier step is cancelled."""
        wait = scope.waiting
        if wait is None:
            return
        scope.waiting = None
        given = self._commands.pop(scope.path, None) is not None and scope.path not in self._extended
        if isinstance(wait, TaskWait) and not given:
            self._cancelled.append(Command(scope.path, wait))

    def answered(self, scope: Scope) -> None:
        """End the scope's wait with its answer: there is nothing to cancel."""
        scope.waiting = None
        self._commands.pop(scope.path, None)

    def children_of(self, path: str, begun: int) -> list[str]:
        """The paths of the first `begun` children of the scope at `path`."""
        return [child_path(path, index) for index in range(begun)]

    def variables(self, scope: Scope) -> Mapping[str, Any]:
        """The values of all variables that the scope sees, by name. An inner scope hides variables of outer ones."""
        merged: dict[str, Any] = {}
        path = scope.path
        while True:
            at = self.read(path)
            if at is not None and at.variables:
                for name, payload in at.variables.items():
                    if name not in merged:
                        merged[name] = payload.value
            if not path:
                return merged
            path = parent_path(path)

    def payload(self, value: Any, *known: Payload | None) -> Payload:
        """The payload of a value: one of the `known` if it carries that value, so that its text is kept, else a new
        one."""
        for payload in known:
            if payload is not None and payload.carries(value):
                return payload
        return Payload(value)

    def build(self) -> Step:
        """The step as it was made."""
        if self.history:
            self.execution.stamped = self._timestamp
        commands = [Command(path, wait, path in self._extended) for path, wait in self._commands.items()]
        return Step(self.execution, self._scopes, self.history, commands, self._cancelled, self.changes)
