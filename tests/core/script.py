"""Runs a definition to its end in memory, under a virtual clock, with scripted answers to its tasks.

No engine and no store: only `advance`, under the eye of law 6, fed with the event that the earliest wait asks for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from statemachine.core.compile import compile_machine
from statemachine.core.context import task_token
from statemachine.core.events import (
    DeadlineReached,
    Event,
    StartRequested,
    TaskFailure,
    TaskSuccess,
    TimerFired,
    TurnCame,
)
from statemachine.core.model import Checkpoint, Execution, HistoryEvent, Scope
from statemachine.core.payload import Payload
from statemachine.core.step_builder import StepContext
from statemachine.core.waits import TaskWait, TimedWait, TurnWait
from statemachine.json_text import dump
from tests.core.law6 import checked_advance

START = 1_700_000_000.0
ROLE = "arn:aws:iam::000000000000:role/r"


@dataclass
class Run:
    """An execution under way. `now` is the virtual clock."""

    definition: Mapping[str, Any]
    input: str = "{}"
    answers: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    activities: frozenset[str] = frozenset()
    now: float = START
    history: list[HistoryEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.machine = compile_machine(self.definition)
        machine_arn = "arn:aws:states:us-east-1:000000000000:stateMachine:m"
        self.execution = Execution(
            id="m:e",
            arn=machine_arn.replace("stateMachine:m", "execution:m:e"),
            name="e",
            machine_arn=machine_arn,
            revision="m/1",
            role_arn=ROLE,
            seed="seed",
            started=self.now,
            input=Payload(text=self.input),
        )
        self.scopes: dict[str, Scope] = {}
        self._asked: dict[str, int] = defaultdict(int)
        self.cancelled: list[str] = []

    def send(self, event: Event) -> bool:
        """Step one event; False if it was stale."""
        context = StepContext(self.now, self.activities)
        step = checked_advance(self.machine, Checkpoint(self.execution, self.scopes), event, context)
        if step.stale:
            return False
        self.execution = step.execution
        for path, scope in step.scopes.items():
            if scope is None:
                self.scopes.pop(path, None)
            else:
                self.scopes[path] = scope
        self.history += step.history
        self.cancelled += [command.scope for command in step.cancelled]
        return True

    def finish(self) -> Run:
        """Answer whatever is waited for, earliest first, until the execution has ended or nothing can happen."""
        self.send(StartRequested())
        while self.execution.status == "RUNNING":
            if not self._serve_next():
                break
        return self

    def token(self, path: str) -> str:
        """The token of the task that the scope waits for."""
        return task_token(self.execution, self.scopes[path])

    def _serve_next(self) -> bool:
        for path, scope in self.scopes.items():
            if isinstance(scope.waiting, TurnWait):
                return self.send(TurnCame(path, scope.waiting.attempt))
        for path, scope in self.scopes.items():
            if isinstance(scope.waiting, TaskWait):
                answer = self._next_answer(scope.state)
                if answer is not None:
                    return self.send(self._event(answer, path))
        return self._fire()

    def _next_answer(self, state: str) -> Any:
        number = self._asked[state]
        scripted = self.answers.get(state, ())
        if number >= len(scripted):
            return None
        self._asked[state] += 1
        return scripted[number]

    def _event(self, answer: Any, path: str) -> Event:
        token = self.token(path)
        if isinstance(answer, dict) and "Error" in answer:
            return TaskFailure(path, token, error=answer["Error"], cause=answer.get("Cause"))
        return TaskSuccess(path, token, Payload(text=dump(answer)))

    def _fire(self) -> bool:
        waits = [
            (scope.waiting.due, path)
            for path, scope in self.scopes.items()
            if isinstance(scope.waiting, TimedWait) and scope.waiting.due is not None
        ]
        if self.execution.deadline is not None:
            waits.append((self.execution.deadline, "!"))
        if not waits:
            return False
        due, path = min(waits)
        self.now = max(self.now, due)
        if path == "!":
            return self.send(DeadlineReached())
        waiting = self.scopes[path].waiting
        assert waiting is not None
        return self.send(TimerFired(path, waiting.attempt))


def outline(history: Sequence[HistoryEvent]) -> list[str]:
    """One line per event: id, predecessor, type and, where it has one, the state's name."""
    lines = []
    for event in history:
        name = (event.details or {}).get("name")
        lines.append(f"{event.id}<-{event.previous} {event.type}" + (f" {name}" if name else ""))
    return lines
