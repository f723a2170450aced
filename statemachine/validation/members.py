"""Reads members of an object by their expected type. A member of another type counts as missing.

The schema has already reported a wrong type, so rules ignore it. Does not know the meaning of members.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Fields = Mapping[str, Any]


def text(fields: Fields, name: str) -> str | None:
    """The string at `name`, or None if it is no string."""
    value = fields.get(name)
    return value if isinstance(value, str) else None


def number(fields: Fields, name: str) -> int | float | None:
    """The number at `name`, or None if it is no number."""
    value = fields.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def mapping(fields: Fields, name: str) -> Fields:
    """The object at `name`, or an empty object."""
    value = fields.get(name)
    return value if isinstance(value, dict) else {}


def elements(fields: Fields, name: str) -> list[Any]:
    """The array at `name`, or an empty array."""
    value = fields.get(name)
    return value if isinstance(value, list) else []
