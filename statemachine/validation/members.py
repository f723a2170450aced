"""Members of an object by the type they should have. One of another type reads as missing: the schema has reported
it, and no rule needs to think of it again.

Knows nothing of what the members mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Fields = Mapping[str, Any]


def text(fields: Fields, name: str) -> str | None:
    """The string at `name`, else None."""
    value = fields.get(name)
    return value if isinstance(value, str) else None


def number(fields: Fields, name: str) -> int | float | None:
    """The number at `name`, else None."""
    value = fields.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def mapping(fields: Fields, name: str) -> Fields:
    """The object at `name`, else an empty one."""
    value = fields.get(name)
    return value if isinstance(value, dict) else {}


def elements(fields: Fields, name: str) -> list[Any]:
    """The array at `name`, else an empty one."""
    value = fields.get(name)
    return value if isinstance(value, list) else []
