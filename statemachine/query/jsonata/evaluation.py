"""Evaluating a Request: a pure function of its bytes, the same in this process as in a child of it.

The evaluator keeps to the limits where it can, but none bounds its memory: what is not cheap is evaluated where it can
be stopped. Its own clock is asked by one thing alone: $toMillis with a picture that leaves the date out. Knows neither
view nor field.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from statemachine.query.jsonata.evaluator import Evaluation, Evaluator
from statemachine.query.jsonata.functions import REMOVED, functions_meant, hosted_functions, with_functions
from statemachine.query.jsonata.host_functions import Surroundings
from statemachine.query.jsonata.installed_evaluator import EVALUATOR
from statemachine.query.jsonata.numbers import read_values
from statemachine.query.jsonata.request import Answer, Failed, Outcome, Request, Value
from statemachine.query.view import Chance


def evaluate(request: Request, evaluator: Evaluator = EVALUATOR) -> Answer:
    """The outcomes of the request's expressions, in order, up to the first that fails. Raises nothing."""
    given: dict[str, Any] = read_values(request.bindings)
    # What is bound to null can neither be called nor be passed on as a function.
    bindings = {**dict.fromkeys(REMOVED), **given}
    outcomes: list[Outcome] = []
    characters = request.limits.characters
    for place, text in enumerate(request.expressions):
        names = functions_meant(text, given)
        functions = partial(_functions, names, request, place)
        outcome = evaluator.evaluate(Evaluation(with_functions(text, names), bindings, functions, request.limits))
        if isinstance(outcome, Value):
            characters -= len(outcome.text)
            if characters < 0:
                outcome = Failed("", f"The results have more than {request.limits.characters} characters")
        outcomes.append(outcome)
        if isinstance(outcome, Failed):
            break
    return Answer(tuple(outcomes))


def _functions(names: list[str], request: Request, place: int) -> dict[str, Callable[..., list[Any]]]:
    return hosted_functions(names, Surroundings(request.now, Chance(f"{request.seed}/{place}"))) if names else {}
