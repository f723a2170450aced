"""Rules for the fields of JSONPath states that hold a path, as a table from field to check.

The query language's own parser reads the paths; this module knows no syntax.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from statemachine.errors import ExpressionSyntaxError, UnsupportedPattern
from statemachine.query.jsonpath.conditions import OPERATORS
from statemachine.query.jsonpath.expressions import Expression, parse_expression
from statemachine.query.jsonpath.fields import TEXT_FUNCTIONS
from statemachine.query.jsonpath.intrinsics.calls import IntrinsicCall
from statemachine.query.jsonpath.paths.path import Path
from statemachine.validation.finding import Fault
from statemachine.validation.members import text
from statemachine.validation.parts import Part, StateDefinition
from statemachine.validation.rules.templates import AN_EXPRESSION

_NOT_A_REFERENCE = "Value is not a Reference Path"


def _path(name: str, expression: Expression) -> str | None:
    """Any path."""
    return None if isinstance(expression, Path) else f"The value for the field '{name}' must be a valid JSONPath"


def _reference_path(name: str, expression: Expression) -> str | None:
    """A path to one place in the input, the context object or a variable."""
    if isinstance(expression, Path) and not expression.reference:
        return _NOT_A_REFERENCE
    return _path(name, expression)


def _result_path(name: str, expression: Expression) -> str | None:
    """A path to one place in the input, because only the input can be changed."""
    if isinstance(expression, Path) and expression.root != "$":
        return _NOT_A_REFERENCE
    return _reference_path(name, expression)


def _text_path(name: str, expression: Expression) -> str | None:
    """A reference path, or a call of an intrinsic function that gives text."""
    if isinstance(expression, IntrinsicCall):
        return None if expression.function in TEXT_FUNCTIONS else f"{expression.function} gives no text"
    return _reference_path(name, expression)


PATHS: dict[str, Callable[[str, Expression], str | None]] = {
    "InputPath": _path,
    "OutputPath": _path,
    "ItemsPath": _path,
    "ResultPath": _result_path,
    "ErrorPath": _text_path,
    "CausePath": _text_path,
    "SecondsPath": _reference_path,
    "TimestampPath": _reference_path,
    "TimeoutSecondsPath": _reference_path,
    "HeartbeatSecondsPath": _reference_path,
    "MaxConcurrencyPath": _reference_path,
    "ToleratedFailureCountPath": _reference_path,
    "ToleratedFailurePercentagePath": _reference_path,
    "MaxItemsPath": _reference_path,
    "MaxItemsPerBatchPath": _reference_path,
    "MaxInputBytesPerBatchPath": _reference_path,
    "Variable": _reference_path,
    **{name: _reference_path for name in OPERATORS if name.endswith("Path")},
}
"""By field: a check that gives the message about a wrong expression, or None if the field accepts it."""


def path_fields(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """The rows of PATHS."""
    if state.language != "JSONPath":
        return
    for name in part.fields:
        value = text(part.fields, name)
        if name not in PATHS or value is None:
            continue
        try:
            message = PATHS[name](name, parse_expression(value))
        except UnsupportedPattern as error:
            message = str(error)
        except ExpressionSyntaxError:
            what = AN_EXPRESSION if PATHS[name] is _text_path else "a valid JSONPath"
            message = f"The value for the field '{name}' must be {what}"
        if message:
            yield Fault((*part.path, name), message)
