"""The evaluator jsonata-python: slower, but pure Python, for machines without a build of jsonatapy.

It differs from jsonatapy: it takes 10 to 40 times as long, and it has no limit for sequences. It uses Python's regular
expressions, which may run without end; only the end of the process stops them. Deep recursion ends earlier. Some
failures have no code. A division by zero is such a failure, not Infinity. It may print to standard output.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from statemachine.errors import ExpressionSyntaxError
from statemachine.json_text import dump, load
from statemachine.jsonata_library import JException, Utils
from statemachine.query.evaluation import ExpressionResult, Undefined, Unsupported, Value
from statemachine.query.jsonata.evaluation.evaluator import BoundExpression, FunctionInResult
from statemachine.query.jsonata.evaluation.messages import failure_from, failure_of
from statemachine.query.jsonata.evaluation.numbers import plain
from statemachine.query.jsonata.evaluation.reference import ReferenceJsonata
from statemachine.query.jsonata.syntax import NotParsed, read_syntax


class PythonEvaluator:
    """See `Evaluator`."""

    def check(self, text: str) -> None:
        """Raises ExpressionSyntaxError. Errors in a text that takes the parser too long are found at the evaluation."""
        try:
            read_syntax(text)
        except NotParsed as error:
            if error.refused:
                raise ExpressionSyntaxError(str(error)) from None

    def evaluate(self, expression: BoundExpression) -> ExpressionResult:
        """The result of one evaluation."""
        try:
            return _evaluate(expression)
        except JException as error:
            return failure_from(error)
        except RecursionError:
            return failure_of("D1011: ")
        except Exception as error:
            # The library raises errors of Python, also of our functions, where the reference has a code.
            return failure_of(str(error) or type(error).__name__)


def _evaluate(expression: BoundExpression) -> ExpressionResult:
    result = run(expression, ReferenceJsonata)
    if result is None:
        return Undefined()
    try:
        return Value(dump(_written(result)))
    except FunctionInResult:
        return Unsupported()


def run(expression: BoundExpression, compiler: Callable[..., ReferenceJsonata]) -> Any:
    """The result in the library's form. `compiler` makes an expression from its text and its limits.

    Raises JException, and errors of Python where the library does.
    """
    # The timeout starts here, so a compiled expression cannot be kept. The blank is for a comment at the end.
    limits = expression.limits
    compiled = compiler(f"{expression.text} ", timeout=limits.milliseconds, stack=limits.depth)
    compiled.set_validate_input(False)
    compiled.set_output_convert_nulls(False)
    for name, function in expression.make_functions().items():
        compiled.register_lambda(name, _hosted(function))
    given = None if expression.input is None else _given(load(expression.input))
    return compiled.evaluate(given, _given(expression.bindings))


def _hosted(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: _given(function(*(Utils.convert_nulls(argument) for argument in arguments)))


def _given(value: Any) -> Any:
    """A JSON value in the library's form: null is NULL_VALUE, and None is undefined."""
    if isinstance(value, Mapping):
        return {name: _given(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_given(element) for element in value]
    return Utils.NULL_VALUE if value is None else value


def _written(result: Any) -> Any:
    """The JSON value of a result. Raises FunctionInResult."""
    if isinstance(result, dict):
        return {name: _written(member) for name, member in result.items()}
    if isinstance(result, list):
        return [_written(element) for element in result]
    if isinstance(result, float):
        return plain(result)
    if result is None or result is Utils.NULL_VALUE:
        return None
    if isinstance(result, str | int):
        return result
    raise FunctionInResult
