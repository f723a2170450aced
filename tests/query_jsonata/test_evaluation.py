"""Evaluations in both evaluators: JSONata's values, and the functions that Step Functions adds and removes."""

from __future__ import annotations

import json
import runpy
import sys
import threading
from pathlib import Path as File
from typing import Any

import msgspec
import pytest

from statemachine.query.evaluation import (
    EvaluationLimits,
    EvaluationRequest,
    EvaluationResult,
    ExpressionFailed,
    Undefined,
    Unsupported,
    Value,
)
from statemachine.query.jsonata.evaluation import installed as installed_evaluator
from statemachine.query.jsonata.evaluation.evaluate import evaluate
from statemachine.query.jsonata.evaluation.evaluator import Evaluator
from statemachine.query.jsonata.evaluation.functions import FUNCTIONS, REMOVED
from statemachine.query.jsonata.evaluation.numbers import read_result
from statemachine.query.jsonata.evaluation.python import PythonEvaluator
from tests.query_jsonata.evaluators import BOTH, NATIVE

CASES = [
    case
    for name in ("evaluation", "functions")
    for case in json.loads((File(__file__).parent / "cases" / f"{name}.json").read_text())
]


def ask(expressions: str | list[str], bindings: dict[str, Any] | None = None, **more: Any) -> EvaluationRequest:
    texts = [expressions] if isinstance(expressions, str) else expressions
    return EvaluationRequest(
        tuple(texts), json.dumps(bindings or {}), **{"now": 1_700_000_000_123, "seed": "s", **more}
    )


@pytest.mark.parametrize("evaluator", BOTH)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["expression"])
def test_an_expression_has_its_outcome(evaluator: Evaluator, case: dict[str, Any]) -> None:
    if case.get("native only") and evaluator is not NATIVE:
        pytest.skip("jsonata-python cannot do this")
    (outcome,) = evaluate(ask(case["expression"], case.get("bindings")), evaluator).results
    if "gives" in case:
        assert isinstance(outcome, Value), outcome
        assert json.dumps(read_result(outcome.text)) == json.dumps(case["gives"])
    elif "fails" in case:
        assert isinstance(outcome, ExpressionFailed), outcome
        code, message = case["fails"]
        assert (outcome.code, outcome.message if message else None) == (code, message)
    else:
        assert outcome == (Undefined() if case.get("undefined") else Unsupported())


def test_every_function_of_step_functions_has_a_case() -> None:
    reference = json.loads((File(__file__).parent / "cases" / "reference.json").read_text("utf-8"))
    expressions = [case["expression"] for case in CASES] + [expression for expression, _ in reference["cases"]]
    for name in (*FUNCTIONS, *REMOVED):
        assert any(f"${name}(" in expression for expression in expressions), name


@pytest.mark.parametrize("evaluator", BOTH)
def test_outcomes_come_in_order_up_to_the_first_failure(evaluator: Evaluator) -> None:
    answer = evaluate(ask(["1", "$nope", "$sum", "$foo()", "2"]), evaluator)
    failure = ExpressionFailed("T1006", "Attempted to invoke a non-function")
    assert answer == EvaluationResult((Value("1"), Undefined(), Unsupported(), failure))


@pytest.mark.parametrize("evaluator", BOTH)
def test_the_same_request_has_the_same_answer(evaluator: Evaluator) -> None:
    expressions = ["$uuid()", "$uuid()", "[$random(), null]", "$shuffle([1..9])", "$now()"]
    answer = evaluate(ask(expressions), evaluator)
    assert evaluate(ask(expressions), evaluator) == answer
    first, second, *_ = answer.results
    assert first != second
    assert evaluate(ask(expressions, seed="other"), evaluator).results[0] != first


@pytest.mark.parametrize("evaluator", BOTH)
def test_results_have_a_limit_of_characters_together(evaluator: Evaluator) -> None:
    answer = evaluate(ask(["'1234'", "'1234'", "'1234'"], limits=EvaluationLimits(characters=12)), evaluator)
    assert answer.results == (
        Value('"1234"'),
        Value('"1234"'),
        ExpressionFailed("", "The results have more than 12 characters"),
    )


def test_requests_and_answers_are_plain_data() -> None:
    request = ask(["1", "$nope", "$sum", "$foo()"], {"x": [1]})
    assert msgspec.json.decode(msgspec.json.encode(request), type=EvaluationRequest) == request
    answer = evaluate(request)
    assert msgspec.json.decode(msgspec.json.encode(answer), type=EvaluationResult) == answer


def test_without_a_build_of_the_native_library_the_other_one_evaluates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonatapy", None)
    monkeypatch.delitem(sys.modules, "statemachine.query.jsonata.evaluation.native", raising=False)
    installed = runpy.run_path(installed_evaluator.__file__)["EVALUATOR"]
    assert isinstance(installed, PythonEvaluator)
    assert evaluate(ask("$count([1, 2])"), installed).results == (Value("2"),)


def test_threads_share_nothing() -> None:
    answers: list[EvaluationResult] = []
    request = ask("$x.a + $uuid()", {"x": {"a": 1}})
    threads = [threading.Thread(target=lambda: answers.append(evaluate(request))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert set(answers) == {evaluate(request)}
