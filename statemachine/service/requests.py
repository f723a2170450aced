"""The limits of requests, checked before any verb: types, lengths, ranges, patterns, enumerations.

The limits are data: schemas/aws-requests.schema.json for AWS's actions (from the service model) and
schemas/own-requests.schema.json for ours. The messages are AWS's, with a text of our own for the REST API. Must not
know a verb.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from statemachine.errors import ServiceError
from statemachine.schema_files import read_schema

Place = tuple[str | int, ...]
"""The steps to a member of a request: names, and indices of items from 0."""

NAMES_CHECKED_BY_VERB = {
    (action, "name")
    for action in (
        "CreateActivity",
        "CreateStateMachine",
        "RegisterStateMachine",
        "StartExecution",
        "StartExecutionWithKey",
    )
}
"""Members whose constraints the verb itself checks, because AWS answers InvalidName there (recorded)."""

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list, tuple),
    "object": (dict,),
}
_JSON_TOKENS = {bool: "TRUE_VALUE", int: "NUMBER_VALUE", float: "NUMBER_VALUE", str: "STRING_VALUE"}
_JAVA_TYPES = {"string": "String", "integer": "Integer", "number": "Double", "boolean": "Boolean"}


class _Rule(NamedTuple):
    """One keyword of JSON Schema: does a value hold to its limit, and what is said if not, by AWS and by us."""

    holds: Callable[[Any, Any], bool]
    aws: str
    ours: str


class _Broken(NamedTuple):
    """A constraint that a member breaks, in AWS's words and in ours."""

    place: Place
    aws: str
    ours: str


def check_request(action: str, members: Mapping[str, Any]) -> None:
    """Raises ServiceError SerializationException for a wrong type and ValidationException for a broken constraint, or
    for a structure inside the request with a member that it does not have.

    All broken constraints are named at once: `1 validation error detected: Value '1001' at 'maxResults' failed to
    satisfy constraint: Member must have value less than or equal to 1000`.
    """
    broken = list(_broken(_request(action), dict(members), ()))
    if broken:
        noun = "error" if len(broken) == 1 else "errors"
        raise ServiceError(
            "ValidationException",
            f"{len(broken)} validation {noun} detected: {'; '.join(one.aws for one in broken)}",
            detail="; ".join(one.ours for one in broken),
            pointer=_pointer(broken[0].place),
        )


@cache
def members_of(action: str) -> frozenset[str]:
    """The names of the members that the action's request has."""
    return frozenset(_request(action)["properties"])


def known_members(action: str, members: Mapping[str, Any]) -> dict[str, Any]:
    """The members that the action's request has, at every depth. AWS ignores all others."""
    known: dict[str, Any] = _known(_request(action), dict(members))
    return known


def is_aws_action(name: str) -> bool:
    """Does AWS have an action of that name?"""
    return name in read_schema("aws-requests.schema.json")["$defs"]


@cache
def _request(action: str) -> dict[str, Any]:
    """The schema of an action's request. Names that the verb checks have their type alone."""
    file = "aws-requests.schema.json" if is_aws_action(action) else "own-requests.schema.json"
    schema = read_schema(file)["$defs"][action]
    members = {
        name: {"type": "string"} if (action, name) in NAMES_CHECKED_BY_VERB else _followed(member)
        for name, member in schema.get("properties", {}).items()
    }
    return {**schema, "properties": members}


def _followed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema, or the one in another file that it refers to."""
    if "$ref" not in schema:
        return schema
    file, _, pointer = schema["$ref"].partition("#/")
    found = read_schema(file)
    for step in pointer.split("/"):
        found = found[step]
    return dict(found)


def _known(schema: dict[str, Any], value: Any) -> Any:
    if isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        return {name: _known(known[name], member) for name, member in value.items() if name in known}
    if isinstance(value, list) and "items" in schema:
        return [_known(schema["items"], item) for item in value]
    return value


def _broken(schema: dict[str, Any], value: Any, place: Place) -> Iterator[_Broken]:
    """The constraints that a value breaks, and those that its members and items break."""
    if value is None:
        return
    kind: str = schema["type"]
    if not _has_type(value, kind):
        raise _wrong_type(value, kind, place)
    for keyword, limit in schema.items():
        rule = _RULES.get(keyword)
        if rule is not None and not rule.holds(value, limit):
            shown = "" if schema.get("writeOnly") else f" '{value}'"
            yield _said(rule, place, shown, limit)
    if kind == "object":
        for name in schema.get("required", ()):
            if value.get(name) is None:
                yield _said(_REQUIRED, (*place, name), " null")
        properties = schema.get("properties", {})
        for name in value.keys() - properties.keys() if place else ():
            raise _unexpected((*place, name), properties)
        for name, member in properties.items():
            if name in value:
                yield from _broken(member, value[name], (*place, name))
    elif kind == "array" and "items" in schema:
        for number, item in enumerate(value):
            yield from _broken(schema["items"], item, (*place, number))


def _has_type(value: Any, kind: str) -> bool:
    return isinstance(value, _PYTHON_TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _said(rule: _Rule, place: Place, value: str, limit: Any = None) -> _Broken:
    return _Broken(
        place,
        f"Value{value} at '{_aws_place(place)}' failed to satisfy constraint: {rule.aws.format(_aws_limit(limit))}",
        f"'{_our_place(place)}' {rule.ours.format(', '.join(limit) if isinstance(limit, list) else limit)}",
    )


def _matches(value: str, pattern: str) -> bool:
    # The service model writes Java's class; Python's method says the same.
    if pattern == r"\p{ASCII}*":
        return value.isascii()
    return re.fullmatch(pattern, value) is not None


_REQUIRED = _Rule(lambda value, _: value is not None, "Member must not be null", "is required")
_RULES = {
    "minLength": _Rule(
        lambda value, least: len(value) >= least,
        "Member must have length greater than or equal to {}",
        "must have {} or more characters",
    ),
    "maxLength": _Rule(
        lambda value, most: len(value) <= most,
        "Member must have length less than or equal to {}",
        "must have at most {} characters",
    ),
    "minimum": _Rule(
        lambda value, least: value >= least,
        "Member must have value greater than or equal to {}",
        "must be at least {}",
    ),
    "maximum": _Rule(
        lambda value, most: value <= most,
        "Member must have value less than or equal to {}",
        "must be at most {}",
    ),
    "minItems": _Rule(
        lambda value, least: len(value) >= least,
        "Member must have length greater than or equal to {}",
        "must have {} or more items",
    ),
    "maxItems": _Rule(
        lambda value, most: len(value) <= most,
        "Member must have length less than or equal to {}",
        "must have at most {} items",
    ),
    "enum": _Rule(
        lambda value, allowed: value in allowed,
        "Member must satisfy enum value set: {}",
        "must be one of {}",
    ),
    "pattern": _Rule(_matches, "Member must satisfy regular expression pattern: {}", "must match {}"),
}


def _aws_place(place: Place) -> str:
    """A place as AWS writes it: `tags.2.member.key`."""
    return ".".join(f"{step + 1}.member" if isinstance(step, int) else step for step in place)


def _our_place(place: Place) -> str:
    """A place as people read it: `tags[1].key`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")


def _pointer(place: Place) -> str:
    return "".join(f"/{step}" for step in place)


def _aws_limit(limit: Any) -> str:
    return "[" + ", ".join(limit) + "]" if isinstance(limit, list) else str(limit)


def _unexpected(place: Place, expected: Iterable[str]) -> ServiceError:
    """Ours: the error for a member that a structure does not have. AWS ignores it."""
    text = f"'{_our_place(place)}' is not expected here; expected: {', '.join(expected)}"
    return ServiceError("ValidationException", text, pointer=_pointer(place))


def _wrong_type(value: Any, kind: str, place: Place) -> ServiceError:
    article = "an" if kind[0] in "aio" else "a"
    detail = f"'{_our_place(place)}' must be {article} {kind}"
    return ServiceError("SerializationException", _mismatch(value, kind), detail=detail, pointer=_pointer(place))


def _mismatch(value: Any, kind: str) -> str:
    """AWS's text for a value of another type than `kind`."""
    if kind == "array":
        return "Expected list or null"
    if kind == "object":
        return "Expected map or null"
    if isinstance(value, (list, dict)):
        return f"Unexpected {'list' if isinstance(value, list) else 'map'} where a {_JAVA_TYPES[kind]} was expected"
    token = "FALSE_VALUE" if value is False else _JSON_TOKENS[type(value)]
    return f"{token} can not be converted to {'an' if kind == 'integer' else 'a'} {_JAVA_TYPES[kind]}"
