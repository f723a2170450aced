"""jsonata-python behind the border: slower, but pure Python, for machines that jsonatapy has no build for.

What differs: it takes 10 to 40 times as long and has no limit for sequences; regular expressions are Python's, which
may take for ever (only what stops the process stops them); deep recursion ends earlier; some failures have no code,
and a division by zero is one of them instead of giving Infinity. It may print to standard output.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from statemachine.errors import ExpressionSyntaxError
from statemachine.json_text import dump, load
from statemachine.jsonata_library import JException, Jsonata, Utils
from statemachine.query.evaluation import ExpressionResult, Undefined, Unsupported, Value
from statemachine.query.jsonata.evaluation.evaluator import BoundExpression, FunctionInResult
from statemachine.query.jsonata.evaluation.messages import failure_of
from statemachine.query.jsonata.evaluation.numbers import plain
from statemachine.query.jsonata.syntax import Unread, read_syntax


class PythonEvaluator:
    """See `Evaluator`."""

    def check(self, text: str) -> None:
        """Raises ExpressionSyntaxError; what takes the parser too long is found out when it is evaluated."""
        try:
            read_syntax(text)
        except Unread as unread:
            if unread.refused:
                raise ExpressionSyntaxError(str(unread)) from None

    def evaluate(self, expression: BoundExpression) -> ExpressionResult:
        """The outcome of one evaluation."""
        try:
            return _evaluate(expression)
        except JException as error:
            return failure_of(f"{error.error}: {error}")
        except RecursionError:
            return failure_of("D1011: ")
        except Exception as error:
            # The library lets through whatever Python raises, ours too, where the reference has a code.
            return failure_of(str(error) or type(error).__name__)


def _evaluate(expression: BoundExpression) -> ExpressionResult:
    # Its clock starts here, so a compiled expression cannot be kept. The blank: it looks beyond a comment at the end.
    compiled = Jsonata(f"{expression.text} ", timeout=expression.limits.milliseconds, stack=expression.limits.depth)
    compiled.set_validate_input(False)
    compiled.set_output_convert_nulls(False)
    for name, function in expression.make_functions().items():
        compiled.register_lambda(name, _hosted(function))
    given = None if expression.input is None else _given(load(expression.input))
    result = compiled.evaluate(given, _given(expression.bindings))
    if result is None:
        return Undefined()
    try:
        return Value(dump(_written(result)))
    except FunctionInResult:
        return Unsupported()


def _hosted(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: _given(function(*(Utils.convert_nulls(argument) for argument in arguments)))


def _given(value: Any) -> Any:
    """A JSON value as the library has it: null has an object of its own, None is undefined."""
    if isinstance(value, Mapping):
        return {name: _given(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_given(element) for element in value]
    return Utils.NULL_VALUE if value is None else value


def _written(result: Any) -> Any:
    """The JSON value of what the library gave."""
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
