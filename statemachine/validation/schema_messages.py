"""Turns errors of the JSON Schema validator into AWS's messages.

Knows the keywords of our schemas, but not the meaning of a definition. Recorded: required, the Type of a state, an
empty array, a field that is not supported (the place is the object that holds it). The other texts have the same style.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from jsonschema import ValidationError

from statemachine.validation.finding import INVALID_STATE_NAME, Fault, Path

_TYPES = {
    "array": "Array",
    "boolean": "Boolean",
    "integer": "Integer",
    "number": "Number",
    "object": "Object",
    "string": "String",
}


def faults_of(error: ValidationError, base: Path) -> Iterator[Fault]:
    """The faults of one error. `base` is the path to the checked object."""
    path = (*base, *error.absolute_path)
    keyword: Any = error.validator
    instance: Any = error.instance
    schema: Any = error.schema
    if "propertyNames" in error.absolute_schema_path:
        yield Fault((*path, instance), _name_message(keyword, error.validator_value), INVALID_STATE_NAME)
    elif keyword == "additionalProperties":
        for name in instance:
            if name not in schema["properties"]:
                yield _unsupported((*path, name))
    elif keyword == "not":
        # `"Next": {"not": {}}` forbids a known field in this object. (For `false` the validator gives no place.)
        yield _unsupported(path)
    else:
        yield Fault(path, _MESSAGES[keyword](error.validator_value, instance, path))


def _unsupported(path: Path) -> Fault:
    return Fault(path, f"Field '{path[-1]}' is not supported", shown=path[:-1])


def _name_message(keyword: str, length: Any) -> str:
    return "State name cannot be empty" if keyword == "minLength" else f"State name is longer than {length} characters"


def _required(names: list[str], instance: Any, path: Path) -> str:
    missing = [name for name in names if name not in instance]
    return f"These fields are required: [{', '.join(missing)}]"


def _type(types: str | list[str], instance: Any, path: Path) -> str:
    # Of several types, the first one is named; the others allow null or an expression.
    return f"Expected value of type {_TYPES[types if isinstance(types, str) else types[0]]}"


def _enum(values: list[str], instance: Any, path: Path) -> str:
    listed = f"[{', '.join(values)}]"
    if path[-1] == "Type":
        return f"The field 'Type' should have one of these values: {listed}"
    return f"Value should be one of the following: {listed}"


def _empty(length: int, instance: Any, path: Path) -> str:
    return "Value cannot be empty"


_MESSAGES: dict[str, Callable[[Any, Any, Path], str]] = {
    "required": _required,
    "type": _type,
    "enum": _enum,
    "minItems": _empty,
    "minLength": _empty,
    "minProperties": _empty,
    "minimum": lambda least, instance, path: f"Value must be greater than or equal to {least}",
    "maximum": lambda most, instance, path: f"Value must be less than or equal to {most}",
    "exclusiveMaximum": lambda bound, instance, path: f"Value must be less than {bound}",
}
