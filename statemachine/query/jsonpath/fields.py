"""The readers of single fields in their two forms, `Seconds` and `SecondsPath`, with AWS's texts for wrong values.

A literal is checked once, with its definition. The value of a path is checked here, at each evaluation. To add a field,
add a row to the table at the end. Knows nothing of states.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from statemachine.errors import ExpressionSyntaxError, RuntimeFailure
from statemachine.json_text import dump
from statemachine.query.jsonpath.expressions import parse_expression
from statemachine.query.jsonpath.intrinsics.calls import IntrinsicCall
from statemachine.query.jsonpath.paths.path import parse_path
from statemachine.query.jsonpath.templates import compile_template
from statemachine.query.language import Reader
from statemachine.query.view import View
from statemachine.times.timestamps import parse_epoch_seconds

LONG_MAX = 2**63 - 1
"""Java's largest long: the limit of numbers of seconds that a path finds."""
INTEGER_MAX = 2**31 - 1
"""Java's largest int: the limit of counts that a path finds, such as MaxConcurrencyPath."""
TEXT_FUNCTIONS = frozenset(
    {
        "States.Format",
        "States.JsonToString",
        "States.ArrayGetItem",
        "States.Base64Encode",
        "States.Base64Decode",
        "States.Hash",
        "States.UUID",
    }
)
"""The functions that ErrorPath and CausePath may call (AWS documentation)."""

_DIGITS = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?", re.ASCII)


class PathForm(NamedTuple):
    """How a `…Path` field is read. Both functions get the field's name and text for their messages.

    `compile` makes a reader from the name and the text. `convert` checks and converts a value that the reader gave.
    """

    compile: Callable[[str, str], Reader]
    convert: Callable[[Any, str, str], Any]


def compile_field(fields: Mapping[str, Any], name: str, where: str = "") -> Reader | None:
    """The reader of the field `name` in the form that `fields` has, or None; see `QueryLanguage.field`.

    Raises ExpressionSyntaxError. The reader raises RuntimeFailure if its path finds nothing, or a value that the field
    does not accept.
    """
    if name == "Credentials":
        return _credentials(fields[name], where or name) if name in fields else None
    path_name = f"{name}Path"
    if path_name in fields or name == "Items":
        return _read_path(PATH_FORMS[name], path_name, fields.get(path_name, "$"))
    if name not in fields:
        return None
    value = _literal_timestamp(fields[name]) if name == "Timestamp" else fields[name]
    return lambda view: value


def _read_path(form: PathForm, name: str, text: str) -> Reader:
    read, convert = form.compile(name, text), form.convert
    return lambda view: convert(read(view), name, text)


def _credentials(template: Any, where: str) -> Reader:
    fill = compile_template(template, where)

    def read(view: View) -> Any:
        value = fill(view)
        if not isinstance(value, dict) or not isinstance(value.get("RoleArn"), str):  # Ours: the text
            raise RuntimeFailure(f"{where} must have a RoleArn, which is a string, but was: {dump(value)}")
        return value

    return read


def _literal_timestamp(text: Any) -> float:
    timestamp = parse_epoch_seconds(text)
    if timestamp is None:
        raise ExpressionSyntaxError("String does not match RFC3339 timestamp")
    return timestamp


def _path(name: str, text: str) -> Reader:
    return parse_path(text).read


def _parameter_of_wait(name: str, text: str) -> Reader:
    return parse_path(text).read_or(
        lambda view: RuntimeFailure(f"The {name} parameter does not reference an input value: {text}")
    )


def _text_expression(name: str, text: str) -> Reader:
    expression = parse_expression(text)
    if isinstance(expression, IntrinsicCall) and expression.function not in TEXT_FUNCTIONS:
        raise ExpressionSyntaxError(f"{expression.function} gives no text and is not allowed in {name}")
    return expression.reader(name)


def _seconds(value: Any, name: str, text: str) -> int:
    seconds = _integer(value, LONG_MAX)
    if seconds is None:
        raise RuntimeFailure(f"The {name} parameter cannot be parsed as a long value: {text} == {_value_text(value)}")
    if seconds < 0:
        raise RuntimeFailure(f"The {name} parameter references a negative value: {text} == {seconds}")
    return seconds


def _positive_seconds(value: Any, name: str, text: str) -> int:
    seconds = _seconds(value, name, text)
    if seconds == 0:
        raise RuntimeFailure(f"The {name} parameter does not reference a positive value: {text} == 0")
    return seconds


def _timestamp(value: Any, name: str, text: str) -> float:
    timestamp = parse_epoch_seconds(value)
    if timestamp is None:
        raise RuntimeFailure(
            f"The {name} parameter does not reference a valid ISO-8601 extended offset date-time format string: "
            f"{text} == {_value_text(value)}"
        )
    return timestamp


def _count(value: Any, name: str, text: str) -> int:
    count = _integer(value, INTEGER_MAX)
    if count is None:
        raise RuntimeFailure(
            f'The {name} field refers to value "{_value_text(value)}" which is not a valid integer: {text}'
        )
    if count < 0:
        raise RuntimeFailure(f"{name.removesuffix('Path')} cannot be negative.")
    return count


def _percentage(value: Any, name: str, text: str) -> float:
    number = float(value) if isinstance(value, str) and _DECIMAL.fullmatch(value) else value
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise RuntimeFailure(
            f'The {name} field refers to value "{_value_text(value)}" which is not a valid float: {text}'
        )
    if not 0 <= number <= 100:
        raise RuntimeFailure(f"{name.removesuffix('Path')} must be between 0 and 100.")
    return number


def _text(value: Any, name: str, text: str) -> str:
    if not isinstance(value, str):
        raise RuntimeFailure(f"The {name} field does not refer to a string: {text} == {_value_text(value)}")
    return value


def _array(value: Any, name: str, text: str) -> list[Any]:
    if not isinstance(value, list):
        raise RuntimeFailure(f'Reference path "{text}" must point to array.')
    return value


def _integer(value: Any, maximum: int) -> int | None:
    """The integer, which may be given as text (recorded). None if it is no integer or too large for Java."""
    number = int(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else value
    if isinstance(number, bool) or not isinstance(number, int):
        return None
    return number if -maximum <= number <= maximum else None


def _value_text(value: Any) -> str:
    return value if isinstance(value, str) else dump(value)


PATH_FORMS = {
    "Seconds": PathForm(_parameter_of_wait, _seconds),
    "Timestamp": PathForm(_parameter_of_wait, _timestamp),
    "TimeoutSeconds": PathForm(_path, _positive_seconds),
    "HeartbeatSeconds": PathForm(_path, _positive_seconds),
    "Items": PathForm(_path, _array),
    "MaxConcurrency": PathForm(_path, _count),
    "ToleratedFailureCount": PathForm(_path, _count),
    "ToleratedFailurePercentage": PathForm(_path, _percentage),
    "MaxItems": PathForm(_path, _count),
    "MaxItemsPerBatch": PathForm(_path, _count),
    "MaxInputBytesPerBatch": PathForm(_path, _count),
    "Error": PathForm(_text_expression, _text),
    "Cause": PathForm(_text_expression, _text),
}
"""The fields that a path may give, by their names without `Path`."""
