"""The parts of its bound values that an expression reads. A request needs to hold no other parts.

`$states.input.order.id` reads `input.order.id` of `states` and no other part of it. Knows no view.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from statemachine.query.jsonata.syntax import Node, children, is_plain

Parts: TypeAlias = "Mapping[str, Parts] | None"
"""The members of a value that are read, each with its own parts. None: the whole value is read."""
Reads: TypeAlias = Mapping[str, Parts]
"""By name: the parts of its value that are read. Names that the expression binds itself may be among them."""


def reads_of(root: Node) -> Reads:
    """The reads of the expression with this tree."""
    found: dict[str, Parts] = {}
    if _collect(root, found):
        return dict.fromkeys(found)
    return found


def merged(several: Iterable[Reads]) -> Reads:
    """The reads of several expressions together."""
    found: dict[str, Parts] = {}
    for reads in several:
        for name, parts in reads.items():
            _add(found, name, parts)
    return found


def pick(value: Any, parts: Parts) -> Any:
    """The parts of a value, or the whole value if it is nested too deeply. Arrays stay arrays, because a path goes into
    each of their elements."""
    try:
        return _picked(value, parts)
    except RecursionError:
        return value


def _picked(value: Any, parts: Parts) -> Any:
    if parts is None:
        return value
    if isinstance(value, dict):
        return {name: _picked(value[name], inner) for name, inner in parts.items() if name in value}
    if isinstance(value, list):
        return [_picked(element, parts) for element in value]
    return value


def _collect(node: Node, found: dict[str, Parts]) -> bool:
    """Add the reads of a node and the nodes inside it. True if one of them reads the parent of a value (`%`)."""
    looks_up: bool = node.type == "parent"
    below = list(children(node))
    if node.type == "path" and node.steps[0].type == "variable":
        _add(found, str(node.steps[0].value), _parts_along(node))
        below = [child for child in below if child is not node.steps[0]]
        below += children(node.steps[0])
    elif node.type == "variable":
        _add(found, str(node.value), None)
    for child in below:
        looks_up = _collect(child, found) or looks_up
    return looks_up


def _parts_along(path: Node) -> Parts:
    """The part of the variable at its head that a path reads: the names up to the first other step."""
    names: list[str] = []
    before = path.steps[0]
    for step in path.steps[1:]:
        # After `a@$v` the path continues at the object that has the member `a`.
        if step.type != "name" or step.focus or not is_plain(before):
            break
        names.append(str(step.value))
        before = step
    parts: Parts = None
    for name in reversed(names):
        parts = {name: parts}
    return parts


def _add(found: dict[str, Parts], name: str, parts: Parts) -> None:
    found[name] = _both(found[name], parts) if name in found else parts


def _both(one: Parts, other: Parts) -> Parts:
    if one is None or other is None:
        return None
    together = dict(one)
    for name, parts in other.items():
        _add(together, name, parts)
    return together
