"""Pass: go on with the input, with a template that is filled from it, or with a literal Result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from statemachine.core.model import Decision, Exit
from statemachine.core.states.body import Source
from statemachine.query.language import Dataflow
from statemachine.query.view import ABSENT, View


@dataclass(frozen=True, slots=True)
class Pass:
    """`literal` is the Result, ABSENT if the state has none."""

    literal: Any
    flow: Dataflow
    next: str | None

    @classmethod
    def compile(cls, source: Source) -> Pass:
        """From Result."""
        return cls(source.fields.get("Result", ABSENT), source.flow, source.next)

    def enter(self, view: View) -> Decision:
        arguments = self.flow.arguments(view)
        return Exit(self.next, arguments if self.literal is ABSENT else self.literal)

    def resume(self, view: View) -> Decision:
        raise AssertionError("a Pass state waits for nothing")
