"""Puts a value at a place inside a copy of another value (ResultPath).

Knows only values and keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from statemachine.errors import StateError
from statemachine.json_text import dump


class _InTheWay(Exception):
    """A value on the way is no object, or no array with that index."""


def place(target: Any, keys: Sequence[str | int], value: Any, path: str) -> Any:
    """A copy of `target` with `value` at the place that `keys` lead to.

    Values beside the way are shared, not copied. Missing objects on the way are made, missing items of arrays are not.
    Raises StateError States.ResultPathMatchFailure, which names `path`, if a value on the way has another type.
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
