"""Hostile expressions: the evaluators stop some of them, and none of them counts as cheap.

Expressions that only the end of a process stops (memory, and regular expressions in Python) are not evaluated here.
"""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.errors import ExpressionSyntaxError
from statemachine.query.evaluation import EvaluationLimits, EvaluationRequest, ExpressionFailed, Value
from statemachine.query.jsonata.analysis.analyse import analyse
from statemachine.query.jsonata.evaluation.evaluate import evaluate
from statemachine.query.jsonata.evaluation.evaluator import Evaluator
from tests.query_jsonata.evaluators import BOTH, NATIVE, needs_native

SMALL = EvaluationLimits(milliseconds=50, depth=100, sequence=1_000, characters=10_000)

STOPPED = {
    "U1001: Expression evaluation timeout": [
        "($f := function() { $f() }; $f())",
        "($f := function($n) { $f($n + 1) }; $f(0))",
    ],
    "U1001: Stack overflow error": [
        "($f := function($n) { 1 + $f($n) }; $f(0))",
        "($f := function($n) { [$f($n)] }; $f(0))",
        "($f := function() { $g() & '' }; $g := function() { $f() & '' }; $f())",
    ],
    "U1001: Expression evaluation memory limit exceeded": [
        "$pad('x', 1e9)",
        "$pad('x', -1e15)",
        "$range(1, 1e9, 1)",
        "['a', 'b'].$pad(1e9)",
    ],
}
STOPPED_BY_NATIVE = {
    "U1001: Expression evaluation memory limit exceeded": ["[1..1000000]", "$map([1..5000], function($v) { $v })"],
    "U1002": ["(" * 20_000 + "1" + ")" * 20_000, "+".join(["1"] * 20_000)],
}
ONLY_A_CHILD_STOPS = [
    "($f := function($s) { $f($s & $s) }; $f('xx'))",
    "$x@$a.x@$b.x@$c",
    "$contains($states.input.text, /^(a+)+$/)",
    "$states.input.**",
    "$states.input.*.*",
    "$map($states.input, function($v) { $states.input })",
    "$states.input.($states.input)",
    "$states.input[$ in $states.input]",
    "$states.input^(a)",
    "$states.input{a: $states.input}",
    "$reduce($states.input, function($a, $b) { $a & $b & $a })",
    "$sort($states.input)",
    "$join($states.input, $states.input[0])",
    "$replace($states.input, 'a', $states.input)",
    "$each($states.input, function($v) { $v })",
    "$distinct($states.input)",
    "$zip($states.input, $states.input)",
    "$states.input ~> |$|{'a': $states.input}|",
    "($a := $x & $x; $b := $a & $a; $c := $b & $b; $c)",
    "$string([$string([$string([$string([$x])])])])",
    "'' & [ '' & ['' & [ $x ]]]",
    "$string($merge([{'a': $string($x)}]))",
    "&".join(["$x"] * 200),
    "[" + ",".join(["$x"] * 300) + "]",
]


def ask(expression: str, bindings: str = "{}", limits: EvaluationLimits = SMALL) -> EvaluationRequest:
    return EvaluationRequest((expression,), bindings, limits=limits)


@pytest.mark.parametrize("evaluator", BOTH)
@pytest.mark.parametrize(("code", "expression"), [(code, text) for code, texts in STOPPED.items() for text in texts])
def test_is_stopped(evaluator: Evaluator, code: str, expression: str) -> None:
    (outcome,) = evaluate(ask(expression), evaluator).results
    assert isinstance(outcome, ExpressionFailed)
    assert f"{outcome.code}: {outcome.message}".startswith(code)


@needs_native
@pytest.mark.parametrize(
    ("code", "expression"), [(code, text) for code, texts in STOPPED_BY_NATIVE.items() for text in texts]
)
def test_is_stopped_by_the_native_evaluator(code: str, expression: str) -> None:
    (outcome,) = evaluate(ask(expression), NATIVE).results
    assert isinstance(outcome, ExpressionFailed)
    assert f"{outcome.code}: {outcome.message}".startswith(code)


@needs_native
def test_the_native_evaluator_matches_in_linear_time() -> None:
    request = ask("$contains($x, /^(a+)+$/)", '{"x": "' + "a" * 5_000 + '!"}')
    assert evaluate(request, NATIVE).results == (Value("false"),)


@pytest.mark.parametrize("evaluator", BOTH)
def test_deeply_nested_data_comes_through(evaluator: Evaluator) -> None:
    text = "[" * 150 + "]" * 150
    assert evaluate(ask("$x", f'{{"x":{text}}}'), evaluator).results == (Value(text),)


@pytest.mark.parametrize(
    "expression",
    [
        *ONLY_A_CHILD_STOPS,
        *(text for texts in STOPPED.values() for text in texts),
        *(text for text in STOPPED_BY_NATIVE["U1001: Expression evaluation memory limit exceeded"]),
    ],
)
def test_never_counts_as_cheap(expression: str) -> None:
    assert analyse(expression).cost is None


@needs_native
@pytest.mark.parametrize("expression", STOPPED_BY_NATIVE["U1002"])
def test_is_refused_when_it_is_registered(expression: str) -> None:
    with pytest.raises(ExpressionSyntaxError):
        analyse(expression)


class Panic(BaseException):
    """An error as the library's own defects raise it: not an Exception."""


@needs_native
def test_a_panic_of_the_library_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def panic(*arguments: Any) -> Any:
        raise Panic("unreachable code was reached")

    monkeypatch.setattr("jsonatapy.compile", panic)
    assert evaluate(ask("1"), NATIVE).results == (ExpressionFailed("", "unreachable code was reached"),)
    with pytest.raises(ExpressionSyntaxError):
        NATIVE.check("1")


@needs_native
def test_an_interrupt_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*arguments: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("jsonatapy.compile", interrupt)
    with pytest.raises(KeyboardInterrupt):
        evaluate(ask("1"), NATIVE)
