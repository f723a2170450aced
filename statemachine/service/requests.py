"""The limits of AWS's requests, checked before any verb: types, lengths, ranges, patterns, enumerations.

The limits are data (schemas/aws-requests.schema.json, from the service model); the words are AWS's. Knows no verb.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from statemachine.errors import ServiceError
from statemachine.schema_files import read_schema

Check = Callable[[Any, str], Iterator[str]]

NAMED_APART = {("CreateStateMachine", "name"), ("CreateActivity", "name"), ("StartExecution", "name")}
"""Members whose constraints the verb itself checks, because AWS answers InvalidName there (recorded)."""

_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
_TOKENS = {bool: "TRUE_VALUE", int: "NUMBER_VALUE", float: "NUMBER_VALUE", str: "STRING_VALUE"}
_NAMES = {"string": "String", "integer": "Integer", "number": "Double", "boolean": "Boolean"}


def check_request(operation: str, members: Mapping[str, Any]) -> None:
    """Raises ServiceError SerializationException for a wrong type and ValidationException for a broken constraint.

    All broken constraints are named at once: `1 validation error detected: Value '1001' at 'maxResults' failed to
    satisfy constraint: Member must have value less than or equal to 1000`.
    """
    broken = list(_check(operation)(members, ""))
    if broken:
        noun = "error" if len(broken) == 1 else "errors"
        raise ServiceError("ValidationException", f"{len(broken)} validation {noun} detected: {'; '.join(broken)}")


@cache
def members_of(operation: str) -> frozenset[str]:
    """The names of the members that AWS's request has."""
    return frozenset(_schema(operation).get("properties", ()))


_checks: dict[str, Check] = {}


def _check(operation: str) -> Check:
    if operation not in _checks:
        _checks[operation] = _compile(_schema(operation), operation)
    return _checks[operation]


def _schema(operation: str) -> dict[str, Any]:
    schema: dict[str, Any] = read_schema("aws-requests.schema.json")["$defs"][operation]
    return schema


def _compile(schema: dict[str, Any], operation: str) -> Check:
    kind = schema["type"]
    inner = _compile_constraints(schema, operation)

    def check(value: Any, place: str) -> Iterator[str]:
        if value is None:
            return
        if not isinstance(value, _KINDS[kind]) or (isinstance(value, bool) and kind != "boolean"):
            raise ServiceError("SerializationException", _mismatch(value, kind))
        for one in inner:
            yield from one(value, place)

    return check


def _compile_constraints(schema: dict[str, Any], operation: str) -> list[Check]:
    checks: list[Check] = []
    hidden = schema.get("writeOnly", False)
    for keyword, rule, holds in _CONSTRAINTS:
        if keyword in schema:
            checks.append(_constraint(rule.format(_shown(schema[keyword])), holds(schema[keyword]), hidden=hidden))
    if "properties" in schema:
        checks.append(_members(schema, operation))
    if "items" in schema:
        checks.append(_items(_compile(schema["items"], operation)))
    return checks


def _matching(pattern: str) -> Callable[[Any], bool]:
    # The service model writes Java's class; Python's flag says the same.
    if pattern == r"\p{ASCII}*":
        return lambda value: value.isascii()
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


_CONSTRAINTS: list[tuple[str, str, Callable[[Any], Callable[[Any], bool]]]] = [
    ("minLength", "Member must have length greater than or equal to {}", lambda low: lambda v: len(v) >= low),
    ("maxLength", "Member must have length less than or equal to {}", lambda high: lambda v: len(v) <= high),
    ("minimum", "Member must have value greater than or equal to {}", lambda low: lambda v: v >= low),
    ("maximum", "Member must have value less than or equal to {}", lambda high: lambda v: v <= high),
    ("minItems", "Member must have length greater than or equal to {}", lambda low: lambda v: len(v) >= low),
    ("maxItems", "Member must have length less than or equal to {}", lambda high: lambda v: len(v) <= high),
    ("enum", "Member must satisfy enum value set: {}", lambda values: lambda v: v in values),
    ("pattern", "Member must satisfy regular expression pattern: {}", _matching),
]


def _constraint(rule: str, holds: Callable[[Any], bool], *, hidden: bool) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        if not holds(value):
            shown = "" if hidden else f" '{value}'"
            yield f"Value{shown} at '{place}' failed to satisfy constraint: {rule}"

    return check


def _members(schema: dict[str, Any], operation: str) -> Check:
    required = schema.get("required", [])
    known = {
        name: _compile({"type": member["type"]} if (operation, name) in NAMED_APART else member, operation)
        for name, member in schema["properties"].items()
    }

    def check(value: Any, place: str) -> Iterator[str]:
        prefix = f"{place}." if place else ""
        for name in required:
            if value.get(name) is None:
                rule = "failed to satisfy constraint: Member must not be null"
                yield f"Value null at '{prefix}{name}' {rule}"
        for name, member in value.items():
            if name in known:
                yield from known[name](member, prefix + name)

    return check


def _items(check_item: Check) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        for number, item in enumerate(value, 1):
            yield from check_item(item, f"{place}.{number}.member")

    return check


def _shown(value: Any) -> str:
    return "[" + ", ".join(value) + "]" if isinstance(value, list) else str(value)


def _mismatch(value: Any, kind: str) -> str:
    if kind == "array":
        return "Expected list or null"
    if kind == "object":
        return "Expected map or null"
    if isinstance(value, (list, dict)):
        return f"Unexpected {'list' if isinstance(value, list) else 'map'} where a {_NAMES[kind]} was expected"
    token = "FALSE_VALUE" if value is False else _TOKENS[type(value)]
    return f"{token} can not be converted to {'an' if kind == 'integer' else 'a'} {_NAMES[kind]}"
