"""Putting a value at a place inside another one (ResultPath), without changing that other one.

Knows values and keys only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from statemachine.errors import StateError
from statemachine.json_text import dump


class _InTheWay(Exception):
    """Something stands where the place would be."""


def place(target: Any, keys: Sequence[str | int], value: Any, path: str) -> Any:
    """A copy of `target` with `value` where `keys` lead.

    What lies beside the way is shared, not copied. Objects that are missing on the way are made; items of arrays are
    not. Raises StateError States.ResultPathMatchFailure, which names `path`, where anything else is in the way.
    """
    try:
        return _placed(target, keys, 0, value)
    except _InTheWay:
        raise StateError(
            "States.ResultPathMatchFailure",
            f"Unable to apply ReferencePath {path} to input {dump(target)}",
            located=True,
        ) from None


def _placed(target: Any, keys: Sequence[str | int], depth: int, value: Any) -> Any:
    if depth == len(keys):
        return value
    key = keys[depth]
    if isinstance(key, str):
        if not isinstance(target, dict):
            raise _InTheWay
        return {**target, key: _placed(target.get(key, {}), keys, depth + 1, value)}
    if not isinstance(target, list) or key >= len(target):
        raise _InTheWay
    return [*target[:key], _placed(target[key], keys, depth + 1, value), *target[key + 1 :]]
