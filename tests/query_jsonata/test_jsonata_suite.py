"""The official JSONata suite in both evaluators, with the functions of Step Functions. Failing cases are listed with
their reasons.

The suite is no part of this project. It is read below STATEMACHINE_SHARED, and skipped if it is missing. Cases that
call $eval are left out: Step Functions does not have it. So are the operators `??` and `?:`, which came after 2.0.6.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path as File
from typing import Any

import pytest

from statemachine.query.evaluation import EvaluationLimits, ExpressionFailed, ExpressionResult, Undefined, Value
from statemachine.query.jsonata.evaluation.evaluator import BoundExpression, Evaluator
from statemachine.query.jsonata.evaluation.functions import functions_meant, hosted_functions, with_functions
from statemachine.query.jsonata.evaluation.host_functions import Surroundings
from statemachine.query.jsonata.evaluation.numbers import read_result
from statemachine.query.jsonata.evaluation.python import PythonEvaluator
from statemachine.query.view import Chance

SHARED = File(os.environ.get("STATEMACHINE_SHARED", File(__file__).parents[2].parent / "shared"))
SUITE = SHARED / "suites" / "jsonata"
if not SUITE.is_dir():
    pytest.skip("the JSONata suite is not here", allow_module_level=True)

CASES_WANTED = 1640
LATER_GROUPS = ("coalescing-operator", "default-operator")
WRONG_CODE = "fails, as it should, but with another code or none"
CLOCK = "what a picture leaves out is filled in from the library's clock, not from the request"

LATER = "a number with zeros in front is no number in 2.0.6"

ZEROS = {f"function-number/case0{number}": LATER for number in (27, 28, 29, 30)}

NATIVE_FAILURES = {
    **ZEROS,
    "function-encodeUrl/case002": WRONG_CODE,
    "function-encodeUrlComponent/case002": WRONG_CODE,
    "tail-recursion/case002": WRONG_CODE,
    "tail-recursion/case005": WRONG_CODE,
    "tail-recursion/case006": WRONG_CODE,
    "function-tomillis/parseDateTime[28]": CLOCK,
}
PYTHON_WRONG_VALUES = {
    **ZEROS,
    "function-contains/case007": "undefined arguments of $contains",
    "function-formatInteger/formatInteger[43]": "floats beyond 2^53 are not exact",
    "function-formatNumber/case014": "an exponent without integer digits",
    "function-length/case004": "characters beyond U+FFFF count twice",
    "function-sort/case009": "equal elements change places",
    "function-sort/case010": "equal elements change places",
    "function-string/case006": "large numbers are written with an exponent",
    "function-string/case030": "numbers have 15 digits",
    "function-tomillis/case009": "a blank instead of the T is taken",
    "function-tomillis/parseDateTime[28]": CLOCK,
    "function-tomillis/parseDateTime[46]": "more than three digits of a second",
    "joins/library-joins[12]": "a join over nothing",
    "matchers/case000": "matchers written in JSONata",
    "regex/case022": "a match of nothing is taken",
    "regex/case034": "a number with something behind it",
    "tail-recursion/case001": "recursion deeper than Python allows",
}


def cases() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for file in sorted((SUITE / "groups").rglob("*.json")):
        found = json.loads(file.read_text("utf-8"))
        several = isinstance(found, list)
        for number, case in enumerate(found if several else [found]):
            expression = case["expr"] if "expr" in case else (file.parent / case["expr-file"]).read_text("utf-8")
            if "$eval" not in expression and not file.parent.name.endswith(LATER_GROUPS):
                name = f"{file.parent.name}/{file.stem}"
                yield f"{name}[{number}]" if several else name, expression, case


@cache
def dataset(name: str) -> str:
    return (SUITE / "datasets" / f"{name}.json").read_text("utf-8")


def outcome_of(evaluator: Evaluator, expression: str, case: dict[str, Any]) -> ExpressionResult:
    input = json.dumps(case["data"]) if "data" in case else dataset(case["dataset"]) if case.get("dataset") else None
    bindings = case.get("bindings") or {}
    names = functions_meant(expression, bindings)
    limits = EvaluationLimits(
        milliseconds=case.get("timelimit", 10_000), depth=case.get("depth", 500), sequence=10_000_000
    )
    surroundings = Surroundings(1_700_000_000_000, Chance("suite"))
    bound = BoundExpression(
        with_functions(expression, names), bindings, lambda: hosted_functions(names, surroundings), limits, input
    )
    with contextlib.redirect_stdout(io.StringIO()):
        return evaluator.evaluate(bound)


def as_wanted(outcome: ExpressionResult, case: dict[str, Any]) -> bool:
    if case.get("undefinedResult"):
        return isinstance(outcome, Undefined)
    if "result" in case:
        return isinstance(outcome, Value) and same(read_result(outcome.text), case["result"])
    return isinstance(outcome, ExpressionFailed) and outcome.code == case.get("code", case.get("error", {}).get("code"))


def same(value: Any, wanted: Any) -> bool:
    if isinstance(value, float) and isinstance(wanted, float):
        return value == pytest.approx(wanted, rel=1e-14)
    if isinstance(value, dict) and isinstance(wanted, dict):
        return value.keys() == wanted.keys() and all(same(value[name], wanted[name]) for name in value)
    if isinstance(value, list) and isinstance(wanted, list):
        return len(value) == len(wanted) and all(map(same, value, wanted))
    return bool(isinstance(value, bool) == isinstance(wanted, bool) and value == wanted)


def test_the_native_evaluator_passes_all_but_what_is_listed() -> None:
    native = pytest.importorskip("statemachine.query.jsonata.evaluation.native").NativeEvaluator()
    every = list(cases())
    assert len(every) == CASES_WANTED
    failed = {name for name, expression, case in every if not as_wanted(outcome_of(native, expression, case), case)}
    assert failed == NATIVE_FAILURES.keys()


def test_the_python_evaluator_gives_no_wrong_value_but_those_that_are_listed() -> None:
    wrong = set()
    for name, expression, case in cases():
        outcome = outcome_of(PythonEvaluator(), expression, case)
        only_the_code = (
            isinstance(outcome, ExpressionFailed) and not case.get("undefinedResult") and "result" not in case
        )
        if not only_the_code and not as_wanted(outcome, case):
            wrong.add(name)
    assert wrong == PYTHON_WRONG_VALUES.keys()
