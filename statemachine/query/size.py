"""The size of a computed value as JSON text, found without writing the text.

A template may refer to one large value many times. Its text is then far larger than the value in memory.
"""

from __future__ import annotations

from typing import Any

from statemachine.errors import StateError
from statemachine.query.limits import PAYLOAD_BYTES_MAX

DEPTH_MAX = 500
"""Ours: how deeply a computed value may be nested, so that writing it cannot exhaust the stack."""


def check_size(value: Any) -> None:
    """Raises StateError States.DataLimitExceeded if the JSON text of `value` is certain to exceed PAYLOAD_BYTES_MAX.

    Each object and array is visited once, even if `value` holds it many times.
    """
    if _size(value, {}, 0) > PAYLOAD_BYTES_MAX:
        raise too_large()


def too_large() -> StateError:
    """The failure of a value that exceeds the limits."""
    text = "The computed value has a size or nesting exceeding the maximum of the service limit."
    return StateError("States.DataLimitExceeded", text, located=True)


def _size(value: Any, known: dict[int, int], depth: int) -> int:
    """A lower bound of the number of characters. `known` holds the bounds of values already seen, by id."""
    if isinstance(value, str):
        return len(value) + 2
    if not isinstance(value, dict | list):
        return 1
    found = known.get(id(value))
    if found is not None:
        return found
    if depth > DEPTH_MAX:
        raise too_large()
    if isinstance(value, dict):
        size = 2 + sum(len(name) + 4 + _size(member, known, depth + 1) for name, member in value.items())
    else:
        size = 2 + sum(1 + _size(item, known, depth + 1) for item in value)
    known[id(value)] = size
    return size
