"""AWS's bounds of an evaluation: the last value that still evaluates, and the first that does not."""

from __future__ import annotations

import pytest

from statemachine.query.evaluation import EvaluationRequest, ExpressionFailed, Value
from statemachine.query.jsonata.evaluation.bounds import SEQUENCE_MAX, TEXT_MAX, TOO_LARGE
from statemachine.query.jsonata.evaluation.evaluate import evaluate
from tests.query_jsonata.evaluators import NATIVE, needs_native

JUST = {
    f"$count([1..{SEQUENCE_MAX}])": SEQUENCE_MAX,
    f"$count($range(1, {SEQUENCE_MAX}, 1))": SEQUENCE_MAX,
    f"$length($pad('x', {TEXT_MAX}))": TEXT_MAX,
    "$length($reduce([1..23], function($text, $step){ $step = 1 ? $text : $text & $text }, 'x'))": TEXT_MAX,
}
BEYOND = [
    f"$count([1..{SEQUENCE_MAX + 1}])",
    f"$count($range(1, {SEQUENCE_MAX + 1}, 1))",
    f"$length($pad('x', {TEXT_MAX + 1}))",
    f"$length($pad('x', -{TEXT_MAX + 1}))",
    "$length($reduce([1..23], function($text, $step){ $text & $text }, 'x'))",
]


@needs_native
@pytest.mark.parametrize(("expression", "value"), JUST.items())
def test_the_greatest_evaluates(expression: str, value: int) -> None:
    assert evaluate(EvaluationRequest((expression,), "{}"), NATIVE).results == (Value(str(value)),)


@needs_native
@pytest.mark.parametrize("expression", BEYOND)
def test_one_more_does_not(expression: str) -> None:
    assert evaluate(EvaluationRequest((expression,), "{}"), NATIVE).results == (TOO_LARGE,)


@needs_native
def test_nesting() -> None:
    def nested(depth: int) -> str:
        return f"($f := function($n) {{ $n < 1 ? 0 : 1 + $f($n - 1) }}; $f({depth}))"

    assert evaluate(EvaluationRequest((nested(20),), "{}"), NATIVE).results == (Value("20"),)
    (failed,) = evaluate(EvaluationRequest((nested(150),), "{}"), NATIVE).results
    assert isinstance(failed, ExpressionFailed)
    assert failed.message.startswith("Stack overflow error")
