"""Evaluates an EvaluationRequest: a pure function, with the same result in this process and in a child process.

An evaluator keeps the limits that it has, but none limits its memory. So an expression that is not cheap is evaluated
in a process that can be stopped. Only $toMillis with a picture without a date reads the evaluator's own clock. Knows no
view and no field.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from statemachine.query.evaluation import EvaluationRequest, EvaluationResult, ExpressionFailed, ExpressionResult, Value
from statemachine.query.jsonata.evaluation.bounds import in_words_of_aws
from statemachine.query.jsonata.evaluation.evaluator import BoundExpression, Evaluator
from statemachine.query.jsonata.evaluation.functions import REMOVED, functions_meant, hosted_functions, with_functions
from statemachine.query.jsonata.evaluation.host_functions import Surroundings
from statemachine.query.jsonata.evaluation.installed import EVALUATOR
from statemachine.query.jsonata.evaluation.numbers import read_values
from statemachine.query.view import Chance


def evaluate(request: EvaluationRequest, evaluator: Evaluator = EVALUATOR) -> EvaluationResult:
    """The results of the expressions in their order, up to the first failure. Raises nothing."""
    given: dict[str, Any] = read_values(request.bindings)
    # A name that is bound to null can neither be called nor passed as a function.
    bindings = {**dict.fromkeys(REMOVED), **given}
    results: list[ExpressionResult] = []
    characters = request.limits.characters
    for place, text in enumerate(request.expressions):
        names = functions_meant(text, given)
        functions = partial(_functions, names, request, place)
        bound = BoundExpression(with_functions(text, names), bindings, functions, request.limits)
        result = in_words_of_aws(evaluator.evaluate(bound))
        if isinstance(result, Value):
            characters -= len(result.text)
            if characters < 0:
                result = ExpressionFailed("", f"The results have more than {request.limits.characters} characters")
        results.append(result)
        if isinstance(result, ExpressionFailed):
            break
    return EvaluationResult(tuple(results))


def _functions(names: list[str], request: EvaluationRequest, place: int) -> dict[str, Callable[..., list[Any]]]:
    return hosted_functions(names, Surroundings(request.now, Chance(f"{request.seed}/{place}"))) if names else {}
