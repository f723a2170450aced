"""The members of JSON bodies of the REST API, by their types. Must not know a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from statemachine.api.rest.timestamp import TIMESTAMP_WANTED, read_timestamp
from statemachine.errors import ServiceError

T = TypeVar("T")


def text_member(members: Mapping[str, Any], name: str) -> str | None:
    """A member that must be text if it is given. Raises ServiceError ValidationException."""
    return _member(members, name, str, "a string")


def integer_member(members: Mapping[str, Any], name: str) -> int | None:
    """A member that must be an integer if it is given. Raises ServiceError ValidationException."""
    return _member(members, name, int, "an integer")


def object_member(members: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """A member that must be an object if it is given. Raises ServiceError ValidationException."""
    return _member(members, name, dict, "an object")


def timestamp_member(members: Mapping[str, Any], name: str) -> float | None:
    """A timestamp among the members, as epoch seconds. Raises ServiceError ValidationException."""
    value = members.get(name)
    if value is None:
        return None
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    timestamp = read_timestamp(value) if is_number or isinstance(value, str) else None
    if timestamp is None:
        raise ServiceError("ValidationException", f"'{name}' must be {TIMESTAMP_WANTED}", pointer=f"/{name}")
    return timestamp


def _member(members: Mapping[str, Any], name: str, type: type[T], wanted: str) -> T | None:
    value = members.get(name)
    if value is None:
        return None
    if not isinstance(value, type) or isinstance(value, bool):
        raise ServiceError("ValidationException", f"'{name}' must be {wanted}", pointer=f"/{name}")
    return value
