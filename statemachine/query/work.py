"""The work of the expressions of one step: its amount, and the results that are there already.

Work is counted in values looked at and characters read, never in seconds, so that a result does not depend on the
machine. One unit is about a microsecond. Knows no expression.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from statemachine.errors import RuntimeFailure

EACH_CHARACTER = 0.02
"""The work of a character that is read or written as JSON text."""
LONG = 1000
"""Reading fewer characters or items than this counts as no work, so that small values cost nothing."""

P = ParamSpec("P")
Result = TypeVar("Result")


class Unfinished(Exception):
    """A requested evaluation has no result yet. The step has changed nothing, and it will request the evaluation again.
    `entered` counts the states that the step had entered and finished before the state with the request."""

    entered = 0


class Paused(Unfinished):
    """A step has worked long enough. Made again with the same Work, it continues where it was."""


class Work:
    """The work of one step.

    `spent` is the work that the step has done, in all its runs. A run that has done more than `run_max` raises Paused
    before its next evaluation. A step that has done more than `step_max` fails with States.Runtime.
    """

    __slots__ = ("_kept", "_new", "_place", "_repeated", "run_max", "spent", "step_max")

    def __init__(self, run_max: float = math.inf, step_max: float = math.inf) -> None:
        self.run_max = run_max
        self.step_max = step_max
        self._kept: dict[int, tuple[object, float]] = {}
        self.spent = self._repeated = 0.0
        self._place = 0
        self._new = False

    def begin_run(self) -> None:
        """The step is made again from its beginning."""
        self.spent = self._repeated = 0.0
        self._place = 0
        self._new = False

    def charge(self, amount: float) -> None:
        """Count work that is about to be done. Raises RuntimeFailure."""
        self.spent += amount
        if self.spent > self.step_max:
            raise RuntimeFailure("The expressions of the state take more work than one state may.")

    def once(self, evaluate: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        """The result of `evaluate`, which must be the same in each run: a later run gets it without the work.

        Evaluations may be nested. Raises Paused, but never before the run has done an evaluation, so that each run
        comes further.
        """
        place, kept = self._place, self._kept
        self._place = place + 1
        if place in kept:
            known, cost = kept[place]
            self.spent += cost
            self._repeated += cost
            return known  # type: ignore[return-value]
        if self._new and self.spent - self._repeated > self.run_max:
            raise Paused
        before = self.spent
        result = evaluate(*args, **kwargs)
        if self._place > place + 1:
            for inner in range(place + 1, self._place):
                kept.pop(inner, None)
            self._place = place + 1
        kept[place] = result, self.spent - before
        self._new = True
        return result
