"""The evaluator jsonatapy: JSONata in Rust.

A compiled expression may be used only in the thread that compiled it. So each evaluation compiles its expression, which
takes a few microseconds. The library holds Python's lock (GIL) during an evaluation.
"""

from __future__ import annotations

import math
import re
from typing import Any

import jsonatapy

from statemachine.errors import ExpressionSyntaxError
from statemachine.json_text import dump, load
from statemachine.query.evaluation import ExpressionResult, Undefined, Unsupported, Value
from statemachine.query.jsonata.evaluation.evaluator import BoundExpression, FunctionInResult
from statemachine.query.jsonata.evaluation.messages import failure_of, worded
from statemachine.query.jsonata.evaluation.numbers import plain
from statemachine.query.jsonata.evaluation.retelling import reworded

_WITHOUT_WORK = re.compile(r"""[\w\s$.,:\[\]{}"'`]*""")
"""Text without calls and functions, which need round brackets, without arithmetic and without regular expressions."""
_NAME = re.compile(r"\$(\w*)")


class NativeEvaluator:
    """See `Evaluator`."""

    def check(self, text: str) -> None:
        """Raises ExpressionSyntaxError."""
        try:
            jsonatapy.compile(text)
        except BaseException as error:
            raise ExpressionSyntaxError(worded(failure_of(_explained(error)))) from None

    def evaluate(self, expression: BoundExpression) -> ExpressionResult:
        """The result of one evaluation."""
        try:
            return _evaluate(expression)
        except BaseException as error:
            return reworded(expression, failure_of(_explained(error)))


def _explained(error: BaseException) -> str:
    """The library's text. Its own defects are raised as PanicException, which is not an Exception."""
    if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
        raise error
    return str(error)


def _evaluate(expression: BoundExpression) -> ExpressionResult:
    limits = {
        "timeout": expression.limits.milliseconds,
        "max_stack_depth": expression.limits.depth,
        "max_sequence_length": expression.limits.sequence,
    }
    text = _compiled(expression).evaluate_json_or_none(expression.input, expression.bindings, **limits)
    if text is None:
        return Undefined()
    # JSON text shows an infinity as null and a function as "". The same result as Python values shows the difference.
    if ("null" in text or '""' in text) and not _only_picks(expression):
        try:
            result = _compiled(expression).evaluate(_value(expression.input), expression.bindings, **limits)
            return Value(dump(_restored(load(text), result)))
        except FunctionInResult:
            return Unsupported()
    return Value(text)


def _only_picks(expression: BoundExpression) -> bool:
    """Does the result consist only of parts of the bound values and of the text?"""
    text = expression.text
    return bool(_WITHOUT_WORK.fullmatch(text)) and all(name in expression.bindings for name in _NAME.findall(text))


def _value(input: str | None) -> Any:
    return None if input is None else load(input)


def _compiled(expression: BoundExpression) -> Any:
    compiled = jsonatapy.compile(expression.text)
    for name, function in expression.make_functions().items():
        compiled.register(name, function)
    return compiled


def _restored(written: Any, result: Any) -> Any:
    """The JSON value `written`, with strings for the infinities and NaN that are floats in `result`."""
    if isinstance(written, dict):
        return {name: _restored(value, result[name]) for name, value in written.items()}
    if isinstance(written, list):
        return [_restored(value, other) for value, other in zip(written, result, strict=True)]
    if written == "" and result is None:
        raise FunctionInResult
    if written is None and isinstance(result, float) and not math.isfinite(result):
        return plain(result)
    return written
