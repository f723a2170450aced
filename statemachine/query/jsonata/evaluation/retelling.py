"""The words of the reference implementation for a failure that the native evaluator tells in its own.

The expression is evaluated once more by jsonata-python, which keeps the names and values of a failure. This work is
limited by a number of steps and not by time, so equal failures have equal texts. Knows nothing of requests.
"""

from __future__ import annotations

from typing import Any

from statemachine.jsonata_library import JException
from statemachine.query.evaluation import ExpressionFailed
from statemachine.query.jsonata.evaluation.evaluator import BoundExpression
from statemachine.query.jsonata.evaluation.messages import failure_from
from statemachine.query.jsonata.evaluation.python import run
from statemachine.query.jsonata.evaluation.reference import ReferenceJsonata

STEPS_MAX = 10_000
"""Ours: the most nodes evaluated to find the words of a failure. One takes about ten microseconds."""
ELEMENTS_OF_STEP = 50
"""Ours: so many elements given to a function count as one step."""
RANGE_MAX = 10_000
"""Ours: the longest range made meanwhile."""
LIMITS = frozenset({"D1011", "D1012", "D2015", "U1001"})
"""The codes of an evaluator's own limits. Their texts need no values."""
UNCERTAIN = frozenset({"", "T0410", "T1006", "T2004", "D3139"})
"""The codes that the native evaluator also has for failures with another code."""
MESSAGES = frozenset({"D3137", "D3141"})
"""The codes whose text is a message of the expression."""


def reworded(expression: BoundExpression, failure: ExpressionFailed) -> ExpressionFailed:
    """The same failure in the words of the reference, or as it is, if they cannot be found."""
    if failure.code in LIMITS | MESSAGES:
        return failure
    try:
        run(expression, _Limited)
    except JException as error:
        found = failure_from(error)
        same = found.code == failure.code or failure.code in UNCERTAIN
        return found if same and found.code and found.code not in LIMITS else failure
    except Exception:
        # The library raises errors of Python where it differs from the reference; _Unfinished is one of them.
        return failure
    return failure


class _Unfinished(Exception):
    pass


class _Pattern:
    """Used as a regular expression: it can be passed, but running it ends the search, because it may not end."""

    def __init__(self, pattern: str, flags: Any) -> None:
        pass

    def search(self, *arguments: Any) -> Any:
        raise _Unfinished

    finditer = sub = split = search


class _Limited(ReferenceJsonata):
    """An expression that ends after so many steps."""

    def __init__(self, text: str, **limits: Any) -> None:
        self.steps = 0
        super().__init__(text, regex_engine=_Pattern, stack=limits["stack"])

    def eval(self, node: Any, input: Any, environment: Any) -> Any:
        self._count(1)
        return super().eval(node, input, environment)

    def validate_arguments(self, function: Any, arguments: Any, context: Any) -> Any:
        self._count(sum(len(argument) for argument in arguments if isinstance(argument, list)) // ELEMENTS_OF_STEP)
        return super().validate_arguments(function, arguments, context)

    def _count(self, steps: int) -> None:
        self.steps += steps
        if self.steps > STEPS_MAX:
            raise _Unfinished

    def evaluate_range_expression(self, first: Any, last: Any) -> Any:
        numbers = super().evaluate_range_expression(first, last)
        if numbers is not None and len(numbers) > RANGE_MAX:
            raise _Unfinished
        return numbers
