"""Parallel: run every branch on the same input and gather their outputs in branch order."""

from __future__ import annotations

from dataclasses import dataclass

from statemachine.core.model import Exit, Fork, Outcome
from statemachine.core.states.body import Source
from statemachine.query.language import Dataflow
from statemachine.query.view import View


@dataclass(frozen=True, slots=True)
class Parallel:
    """`starts` names the first state of each branch."""

    starts: tuple[str, ...]
    flow: Dataflow
    next: str | None

    @classmethod
    def compile(cls, source: Source) -> Parallel:
        """From Branches."""
        return cls(tuple(source.block(branch) for branch in source.fields["Branches"]), source.flow, source.next)

    def enter(self, view: View) -> Outcome:
        return Fork(len(self.starts), len(self.starts), self.flow.arguments(view))

    def resume(self, view: View) -> Outcome:
        return Exit(self.next, view.result)

    def first_state(self, index: int) -> str:
        return self.starts[index]
