"""Fail: end the scope with an error and a cause from the definition."""

from __future__ import annotations

from dataclasses import dataclass

from statemachine.core.model import Decision
from statemachine.core.states.body import Source
from statemachine.errors import StateError
from statemachine.query.language import Reader
from statemachine.query.view import View


@dataclass(frozen=True, slots=True)
class Fail:
    """The readers of Error and Cause give text. A reader is None if the state does not have its field."""

    error: Reader | None
    cause: Reader | None

    @classmethod
    def compile(cls, source: Source) -> Fail:
        """From Error or ErrorPath, Cause or CausePath."""
        read = source.language.field
        return cls(read(source.fields, "Error"), read(source.fields, "Cause"))

    def enter(self, view: View) -> Decision:
        raise StateError(self.error and self.error(view), self.cause and self.cause(view))

    def resume(self, view: View) -> Decision:
        raise AssertionError("a Fail state waits for nothing")
