"""Succeed: end the scope, successfully."""

from __future__ import annotations

from dataclasses import dataclass

from statemachine.core.model import Decision, Exit
from statemachine.core.states.body import Source
from statemachine.query.view import View


@dataclass(frozen=True, slots=True)
class Succeed:
    """Has no members: the state only ends its scope."""

    @classmethod
    def compile(cls, source: Source) -> Succeed:
        """From nothing: the type has no fields of its own."""
        return cls()

    def enter(self, view: View) -> Decision:
        return Exit(None)

    def resume(self, view: View) -> Decision:
        raise AssertionError("a Succeed state waits for nothing")
