"""The paths of scopes: "" is the root, "/00002" its third child, "/00002/00000" the first child of that one.

The one place that knows their form. Numbers have a fixed width, so that paths sort as the numbers do; five digits are
enough, because a history of 25,000 events has no room for more children.
"""

from __future__ import annotations

_DIGITS = 5
_SEGMENT = len("/") + _DIGITS


def child_path(parent: str, index: int) -> str:
    """The path of the branch or iteration number `index` of a parent."""
    return f"{parent}/{index:05d}"


def parent_path(path: str) -> str:
    """The path of the parent; for the root, the root itself."""
    return path[:-_SEGMENT]


def index_of(path: str) -> int:
    """The number of a branch or iteration within its parent. The root has no number: `path` must not be empty."""
    return int(path[-_DIGITS:])
