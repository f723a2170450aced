"""What a state type must offer, and what it is compiled from. Knows no particular type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from statemachine.core.model import Decision
from statemachine.query.language import Dataflow, QueryLanguage
from statemachine.query.view import View


class Body(Protocol):
    """The work of one state. `view.input` is the effective input (after InputPath)."""

    def enter(self, view: View) -> Decision:
        """Begin, or begin again after a retry. Raises StateError."""

    def resume(self, view: View) -> Decision:
        """Go on after a Sleep, or with `view.result` after a Call or Fork. Raises StateError."""


@dataclass(frozen=True, slots=True)
class Source:
    """A state's definition and what compiling it needs: `block` compiles a nested StartAt/States object and gives the
    name of its first state."""

    name: str
    fields: Mapping[str, Any]
    language: QueryLanguage
    flow: Dataflow
    block: Callable[[Mapping[str, Any]], str]

    @property
    def next(self) -> str | None:
        """The name of the next state, None at the end."""
        return self.fields.get("Next")
