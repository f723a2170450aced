"""The border to the libraries that evaluate JSONata: what each must do.

Knows no library and nothing of requests. To try another one: a module like `native_evaluator`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from statemachine.query.evaluation import EvaluationLimits, ExpressionResult


class Evaluation(NamedTuple):
    """One expression with all it may see.

    `functions` gives the functions written in Python, afresh for each evaluation, because they draw on chance. `input`
    is what `$` stands for: JSON text, or None for nothing, as in Step Functions always.
    """

    text: str
    bindings: Mapping[str, Any]
    functions: Callable[[], Mapping[str, Callable[..., Any]]]
    limits: EvaluationLimits
    input: str | None = None


class Evaluator(Protocol):
    """A library behind its border. Neither method lets an exception of the library through."""

    def check(self, text: str) -> None:
        """Raises ExpressionSyntaxError for text that the library cannot compile."""

    def evaluate(self, evaluation: Evaluation) -> ExpressionResult:
        """The outcome of one evaluation."""
