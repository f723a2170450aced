"""Evaluating a EvaluationRequest: a pure function of its bytes, the same in this process as in a child of it.

The evaluator keeps to the limits where it can, but none bounds its memory: what is not cheap is evaluated where it can
be stopped. Its own clock is asked by one thing alone: $toMillis with a picture that leaves the date out. Knows neither
view nor field.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from statemachine.query.evaluation import EvaluationRequest, EvaluationResult, ExpressionFailed, ExpressionResult, Value
from statemachine.query.jsonata.evaluation.evaluator import BoundExpression, Evaluator
from statemachine.query.jsonata.evaluation.functions import REMOVED, functions_meant, hosted_functions, with_functions
from statemachine.query.jsonata.evaluation.host_functions import Surroundings
from statemachine.query.jsonata.evaluation.installed import EVALUATOR
from statemachine.query.jsonata.evaluation.numbers import read_values
from statemachine.query.view import Chance


def evaluate(request: EvaluationRequest, evaluator: Evaluator = EVALUATOR) -> EvaluationResult:
    """The outcomes of the request's expressions, in order, up to the first that fails. Raises nothing."""
    given: dict[str, Any] = read_values(request.bindings)
    # What is bound to null can neither be called nor be passed on as a function.
    bindings = {**dict.fromkeys(REMOVED), **given}
    outcomes: list[ExpressionResult] = []
    characters = request.limits.characters
    for place, text in enumerate(request.expressions):
        names = functions_meant(text, given)
        functions = partial(_functions, names, request, place)
        outcome = evaluator.evaluate(BoundExpression(with_functions(text, names), bindings, functions, request.limits))
        if isinstance(outcome, Value):
            characters -= len(outcome.text)
            if characters < 0:
                outcome = ExpressionFailed("", f"The results have more than {request.limits.characters} characters")
        outcomes.append(outcome)
        if isinstance(outcome, ExpressionFailed):
            break
    return EvaluationResult(tuple(outcomes))


def _functions(names: list[str], request: EvaluationRequest, place: int) -> dict[str, Callable[..., list[Any]]]:
    return hosted_functions(names, Surroundings(request.now, Chance(f"{request.seed}/{place}"))) if names else {}
