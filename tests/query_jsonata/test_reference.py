"""The results of jsonata 2.0.6, made with it, for expressions over all functions, operators and kinds of values.

`cases/reference.json` has `[expression, result]`: a `value`, `undefined`, `unsupported` (a function), or the `code` and
the `message` of an error. `cases/differences.json` has the expressions with another result here, each with the reason.
"""

from __future__ import annotations

import json
from pathlib import Path as File
from typing import Any

import pytest

from statemachine.errors import ExpressionSyntaxError
from statemachine.query.evaluation import EvaluationRequest, Undefined, Unsupported, Value
from statemachine.query.jsonata.analysis.analyse import analyse
from statemachine.query.jsonata.evaluation.evaluate import evaluate
from statemachine.query.jsonata.evaluation.evaluator import Evaluator
from statemachine.query.jsonata.evaluation.numbers import read_result
from statemachine.query.jsonata.evaluation.python import PythonEvaluator
from tests.query_jsonata.evaluators import NATIVE, needs_native

FOLDER = File(__file__).parent / "cases"
REFERENCE = json.loads((FOLDER / "reference.json").read_text("utf-8"))
DIFFERENCES = {
    expression
    for group in json.loads((FOLDER / "differences.json").read_text("utf-8"))
    for expression in group["expressions"]
}
BINDINGS = json.dumps(REFERENCE["bindings"])
ABOUT_ARGUMENTS = ("T0410", "T0411", "T0412", "T2001", "T2002", "T2009", "T2010")


def result_of(expression: str, evaluator: Evaluator) -> dict[str, Any]:
    try:
        analyse(expression)
    except ExpressionSyntaxError as error:
        code, _, message = str(error).partition(": ")
        return {"code": code, "message": message}
    (result,) = evaluate(EvaluationRequest((expression,), BINDINGS, 1_700_000_000_123, "s"), evaluator).results
    if isinstance(result, Value):
        return {"value": read_result(result.text)}
    if isinstance(result, Undefined | Unsupported):
        return {type(result).__name__.lower(): True}
    return {"code": result.code, "message": result.message}


@needs_native
def test_every_result_is_that_of_the_reference_but_those_that_are_listed() -> None:
    cases = REFERENCE["cases"]
    assert len(cases) > 4_000
    different = {expression for expression, wanted in cases if not same(result_of(expression, NATIVE), wanted)}
    assert different == DIFFERENCES


def test_the_python_evaluator_has_the_same_words_for_wrong_arguments() -> None:
    wanted = {
        expression: result
        for expression, result in REFERENCE["cases"]
        if result.get("code") in ABOUT_ARGUMENTS and expression not in DIFFERENCES
    }
    assert len(wanted) > 1_500
    found = {expression: result_of(expression, PythonEvaluator()) for expression in wanted}
    assert found == wanted


def same(found: Any, wanted: Any) -> bool:
    """Equal as JSON, and the members of objects are in the same order."""
    if isinstance(found, float) or isinstance(wanted, float):
        return bool(type(found) is not bool and found == wanted)
    return json.dumps(found) == json.dumps(wanted)


def test_only_results_that_are_known_are_listed() -> None:
    assert {expression for expression, _ in REFERENCE["cases"]} >= DIFFERENCES


def test_a_seeded_random_number_is_that_of_java() -> None:
    seeds = {0: 0.730967787376657, 1: 0.7308781907032909, 42: 0.7275636800328681, 123456789: 0.664038103272266}
    for seed, number in seeds.items():
        assert result_of(f"$random({seed})", PythonEvaluator()) == {"value": pytest.approx(number, abs=0)}


@pytest.mark.parametrize(
    "expression",
    [
        "$map([1..9000], $uppercase)",
        "($f := function($n) { $n = 0 ? 1 + 'a' : $f($n - 1) }; $f(5000))",
        "[1..99999]^($ & '', 1 + 'a')",
    ],
)
@needs_native
def test_looking_for_the_words_of_a_failure_ends_and_keeps_its_code(expression: str) -> None:
    found = result_of(expression, NATIVE)
    assert found == result_of(expression, NATIVE)
    assert found["code"] in ("T0410", "T2002")


@needs_native
def test_a_regular_expression_is_not_run_to_find_words() -> None:
    wanted = {"code": "T2002", "message": 'The right side of the "+" operator must evaluate to a number'}
    assert (
        result_of("1 + ('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' ~> /(a+)+$/ ? 1 : 'a')", NATIVE)["code"] == "T2002"
    )
    assert result_of("1 + ($exists(/(a+)+$/) ? 'a' : 1)", NATIVE) == wanted


@needs_native
def test_large_arguments_count_when_words_are_looked_for() -> None:
    expression = "($sum($v); 1 < 'b')"
    found = []
    for elements in (10, 1_000_000):
        request = EvaluationRequest((expression,), json.dumps({"v": [1] * elements}))
        (result,) = evaluate(request, NATIVE).results
        found.append((result.code, result.message))
    # Of the larger one the words are the native evaluator's own.
    assert found[0] == ("T2009", 'The values 1 and "b" either side of operator "<" must be of the same data type')
    assert found[1][0] == "T2009"
    assert found[1] != found[0]
