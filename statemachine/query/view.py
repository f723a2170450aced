"""The values that an expression may see, and its source of random values.

The time and the seed are given from outside. So a step that runs again gives the same result.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from statemachine.query.work import Work

if TYPE_CHECKING:
    from statemachine.query.evaluation import EvaluationRequest, EvaluationResult


class Absent:
    """The type of ABSENT, which stands for a value that does not exist. It is not null."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT = Absent()


class Chance:
    """A reproducible source of random values. The same seed gives the same values (SHA-256 in counter mode).

    The seed is the text of the parts, one after the other. It is made when it is needed, because few states draw.
    """

    __slots__ = ("_counter", "_parts")

    def __init__(self, *parts: str | int) -> None:
        self._parts = parts
        self._counter = 0

    @property
    def _seed(self) -> str:
        return "".join(map(str, self._parts))

    def seed_for(self, purpose: str) -> str:
        """A seed for a separate source, made from this seed and `purpose`. It draws nothing from this source."""
        return f"{self._seed}/{purpose}"

    def bytes(self) -> bytes:
        """32 new random bytes."""
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
    """An empty context object, for a view without one."""
    return {}


class View:
    """The values that one evaluation sees.

    `input` is `$` (JSONPath) or `$states.input` (JSONata). `result` and `error` are ABSENT if they do not exist.
    `variables` maps names to values; variables of inner scopes hide those of outer scopes. `context` makes the context
    object; it is called at the first use. `now` is in epoch seconds. `evaluate` answers requests for JSONata whose
    cost is not known, or raises Unfinished. If it is None, this process evaluates them at once. `work` counts the
    work of the evaluations of a step.
    """

    __slots__ = (
        "_context",
        "_make_context",
        "chance",
        "error",
        "evaluate",
        "input",
        "now",
        "result",
        "variables",
        "work",
    )

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
        work: Work | None = None,
    ) -> None:
        self.input = input
        self.variables: Mapping[str, Any] = variables if variables is not None else {}
        self._make_context = context
        self._context: dict[str, Any] | None = None
        self.now = now
        self.chance = chance if chance is not None else Chance()
        self.result = result
        self.error = error
        self.evaluate = evaluate
        self.work = Work() if work is None else work

    @property
    def context(self) -> dict[str, Any]:
        """The context object (`$$`, `$states.context`)."""
        if self._context is None:
            self._context = self._make_context()
        return self._context

    def at(self, input: Any) -> View:
        """The same view with another input."""
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
        other.work = self.work
        return other
