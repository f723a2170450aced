"""The interface of state types, and the source that they are compiled from. Knows no particular type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from statemachine.core.model import Decision
from statemachine.query.language import Dataflow, QueryLanguage
from statemachine.query.view import View


class Body(Protocol):
    """The work of one state. When it is entered, `view.input` is the effective input (after InputPath); when it is
    resumed, the raw input."""

    def enter(self, view: View) -> Decision:
        """Begin the first attempt, or another one after a retry. Raises StateError."""

    def resume(self, view: View) -> Decision:
        """Go on after a Sleep, or with the result in `view.result` after a Call or Fork. Raises StateError."""


@dataclass(frozen=True, slots=True)
class Source:
    """The definition of one state, and what is needed to compile it.

    `fields` is the JSON object of the state, `flow` its compiled input and output processing. `block` compiles a nested
    object with StartAt and States, and gives the name of its first state.
    """

    name: str
    fields: Mapping[str, Any]
    language: QueryLanguage
    flow: Dataflow
    block: Callable[[Mapping[str, Any]], str]

    @property
    def next(self) -> str | None:
        """The name of the next state, None at the end."""
        return self.fields.get("Next")
