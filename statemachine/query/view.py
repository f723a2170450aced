"""All that an expression may see, and the chance it may draw on.

Time and chance come in from outside, so that a step which is done again gives the same answer.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from statemachine.query.evaluation import EvaluationRequest, EvaluationResult


class Absent:
    """The type of ABSENT: there is no such value (not the same as null)."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT = Absent()


class Unfinished(Exception):
    """An evaluation that was asked for has no answer yet: nothing has changed, and the same step will ask again.
    `entered` is how many states the step had entered, and finished with, before the one that asked."""

    entered = 0


class Chance:
    """A reproducible source of randomness: the same seed gives the same draws (SHA-256 in counter mode)."""

    __slots__ = ("_counter", "_seed")

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._counter = 0

    def seed_for(self, purpose: str) -> str:
        """The seed of a source of its own for `purpose`, always the same one; draws nothing from this source."""
        return f"{self._seed}/{purpose}"

    def bytes(self) -> bytes:
        """32 fresh bytes."""
        self._counter += 1
        return hashlib.sha256(f"{self._seed}#{self._counter}".encode()).digest()

    def fraction(self) -> float:
        """A float in [0, 1) with 53 random bits."""
        return (int.from_bytes(self.bytes()[:8], "big") >> 11) / (1 << 53)

    def between(self, low: int, high: int) -> int:
        """An integer in [low, high)."""
        return low + int.from_bytes(self.bytes()[:16], "big") % (high - low)

    def uuid4(self) -> str:
        """A version 4 UUID."""
        return str(uuid.UUID(bytes=self.bytes()[:16], version=4))


def no_context() -> dict[str, Any]:
    """The context object of a view that has none."""
    return {}


class View:
    """What one evaluation sees.

    `input` is `$` (JSONPath) or `$states.input` (JSONata); `result` and `error` are ABSENT where there are none;
    `variables` maps names to values, inner scopes before outer ones; `context` is the context object, built when it
    is first asked for; `now` is in epoch seconds. `evaluate` answers the requests for JSONata whose cost nobody knows,
    or raises Unfinished; with None they are answered at once, in this process.
    """

    __slots__ = ("_context", "_make_context", "chance", "error", "evaluate", "input", "now", "result", "variables")

    def __init__(
        self,
        input: Any,
        *,
        variables: Mapping[str, Any] | None = None,
        context: Callable[[], dict[str, Any]] = no_context,
        now: float = 0.0,
        chance: Chance | None = None,
        result: Any = ABSENT,
        error: Any = ABSENT,
        evaluate: Callable[[EvaluationRequest], EvaluationResult] | None = None,
    ) -> None:
        self.input = input
        self.variables: Mapping[str, Any] = variables if variables is not None else {}
        self._make_context = context
        self._context: dict[str, Any] | None = None
        self.now = now
        self.chance = chance if chance is not None else Chance("")
        self.result = result
        self.error = error
        self.evaluate = evaluate

    @property
    def context(self) -> dict[str, Any]:
        """The context object (`$$`, `$states.context`)."""
        if self._context is None:
            self._context = self._make_context()
        return self._context

    def at(self, input: Any) -> View:
        """The same view with another `$`."""
        other = View.__new__(View)
        other.input = input
        other.variables = self.variables
        other._make_context = self._make_context
        other._context = self._context
        other.now = self.now
        other.chance = self.chance
        other.result = self.result
        other.error = self.error
        other.evaluate = self.evaluate
        return other
