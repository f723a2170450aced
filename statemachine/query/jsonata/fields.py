"""The readers of single fields, which are literals or expressions, with AWS's texts for wrong values.

A literal is checked once, with its definition. The value of an expression is checked here, at each evaluation. To add a
field, add a row to the table at the end. Knows nothing of states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from statemachine.errors import ExpressionSyntaxError, QueryEvaluationError
from statemachine.json_text import dump
from statemachine.query.jsonata.expressions import Expression, compile_expression, is_expression
from statemachine.query.jsonata.failures import unexpected_type, unexpected_value
from statemachine.query.jsonata.programs import Program
from statemachine.query.jsonata.templates import template_reader
from statemachine.query.language import Reader
from statemachine.query.view import View
from statemachine.times.timestamps import parse_epoch_seconds

SECONDS_MAX = 99_999_999
"""AWS's limit for waits and timeouts."""


def compile_field(fields: Mapping[str, Any], name: str, where: str = "") -> Reader | None:
    """The reader of the field `name`, or None if `fields` does not have it; see `QueryLanguage.field`.

    Raises ExpressionSyntaxError. The reader raises QueryEvaluationError.
    """
    if name not in fields:
        return _input_array if name == "Items" else None
    value, location = fields[name], where or name
    if is_expression(value):
        return _expression_reader(compile_expression(value, location), CHECKS[name])
    if name == "Timestamp":
        return _literal_timestamp(value)
    read = template_reader(value, location)
    return partial(_with_role, read, location) if name == "Credentials" else read


def _expression_reader(expression: Expression, check: Callable[[Any, Expression], Any]) -> Reader:
    program = Program([expression])
    return lambda view: check(program.run(view)[0], expression)


def _input_array(view: View) -> Any:
    """The items of a Map state without Items: its input (recorded: the failure has no location)."""
    if not isinstance(view.input, list):
        raise QueryEvaluationError(f"Map state input must be an array but was: {dump(view.input)}")
    return view.input


def _literal_timestamp(text: str) -> Reader:
    timestamp = parse_epoch_seconds(text)
    if timestamp is None:
        raise ExpressionSyntaxError("String does not match RFC3339 timestamp")
    return lambda view: timestamp


def _with_role(read: Reader, location: str, view: View) -> Any:
    value = read(view)
    if not isinstance(value.get("RoleArn"), str):  # Ours: the text
        text = f"{location} must have a RoleArn, which is a string, but was: {dump(value)}"
        raise QueryEvaluationError(text, f"{location}/RoleArn")
    return value


def _timestamp(value: Any, expression: Expression) -> float:
    timestamp = parse_epoch_seconds(_text(value, expression))
    if timestamp is None:
        raise QueryEvaluationError(
            f"The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {value}",
            expression.location,
        )
    return timestamp


def _text(value: Any, expression: Expression) -> str:
    if not isinstance(value, str):
        raise unexpected_type(expression, "string", value)
    return value


def _array(value: Any, expression: Expression) -> list[Any]:
    if not isinstance(value, list):
        raise unexpected_type(expression, "array", value)
    return value


def _role(value: Any, expression: Expression) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise unexpected_type(expression, "object", value)
    if not isinstance(value.get("RoleArn"), str):
        raise unexpected_value(expression, "an object with a RoleArn", value)
    return value


def _number(value: Any, expression: Expression) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise unexpected_type(expression, "number", value)
    return value


def _integer(least: int, most: int | None, value: Any, expression: Expression) -> int:
    number = _number(value, expression)
    if not isinstance(number, int) or number < least or (most is not None and number > most):
        bounds = f"from {least}" if most is None else f"from {least} to {most}"
        raise unexpected_value(expression, f"an integer {bounds}", value)
    return number


def _percentage(value: Any, expression: Expression) -> int | float:
    number = _number(value, expression)
    if not 0 <= number <= 100:
        raise unexpected_value(expression, "a number from 0 to 100", value)
    return number


_count = partial(_integer, 0, None)
_timeout = partial(_integer, 1, SECONDS_MAX)

CHECKS: dict[str, Callable[[Any, Expression], Any]] = {
    "Seconds": partial(_integer, 0, SECONDS_MAX),
    "Timestamp": _timestamp,
    "TimeoutSeconds": _timeout,
    "HeartbeatSeconds": _timeout,
    "Items": _array,
    "MaxConcurrency": _count,
    "ToleratedFailureCount": _count,
    "ToleratedFailurePercentage": _percentage,
    "MaxItems": _count,
    "MaxItemsPerBatch": _count,
    "MaxInputBytesPerBatch": _count,
    "Error": _text,
    "Cause": _text,
    "Credentials": _role,
}
"""By field: from an expression's value to the value of the field. Raises QueryEvaluationError for a wrong value."""
