"""The interface to the libraries that evaluate JSONata.

Knows no library and nothing of requests. To add a library, add a module like `native`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from statemachine.query.evaluation import EvaluationLimits, ExpressionResult


class BoundExpression(NamedTuple):
    """One expression with everything that it may see.

    `make_functions` makes the functions that are written in Python. It is called once for each evaluation, because
    they draw on chance. `input` is the JSON text of `$`; in Step Functions it is always None: `$` is undefined.
    """

    text: str
    bindings: Mapping[str, Any]
    make_functions: Callable[[], Mapping[str, Callable[..., Any]]]
    limits: EvaluationLimits
    input: str | None = None


class FunctionInResult(Exception):
    """A function or a regular expression is part of the result, so it is no JSON value."""


class Evaluator(Protocol):
    """A library that evaluates JSONata. Its methods raise no exception of the library."""

    def check(self, text: str) -> None:
        """Raises ExpressionSyntaxError for text that the library cannot compile."""

    def evaluate(self, expression: BoundExpression) -> ExpressionResult:
        """The result of one evaluation."""
