"""A tree of states as lines for people, and as JSON for programs. Must not know a server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import click

from statemachine.cli.causes import short_cause
from statemachine.cli.durations import duration
from statemachine.replay.node import ABORTED, SUCCEEDED, Node
from statemachine.safe_text import safe_line
from statemachine.times.timestamps import iso_time

ITERATIONS_SHOWN = 20
"""How many iterations of a Map are shown without --all."""

_MARKS = {
    "PENDING": ("·", "cyan"),
    "RUNNING": ("→", "cyan"),
    "SUCCEEDED": ("✓", "green"),
    "CAUGHT": ("!", "yellow"),
    "ABORTED": ("✗", "yellow"),
}
_OTHER_MARK = ("✗", "red")


def lines(root: Node, now: float, *, show_all: bool = False) -> Iterator[str]:
    """A line per node. The durations of running nodes go until `now`, in epoch seconds.

    The error of the execution is in the lines once: at the state that failed. Its cause is not, so show it below them.
    """
    yield _line(root, now)
    yield from _lines_below(root, "", now, show_all)


def as_json(node: Node) -> dict[str, Any]:
    """A node and all nodes below it. Times are in ISO 8601; members without a value are left out."""
    members = {
        "kind": node.kind,
        "name": node.name,
        "type": node.type or None,
        "index": node.index,
        "status": node.status,
        "startDate": iso_time(node.started),
        "stopDate": None if node.ended is None else iso_time(node.ended),
        "attempts": node.attempts or None,
        "total": node.total,
        "error": node.error,
        "cause": node.cause,
        "children": [as_json(child) for child in node.children] or None,
    }
    return {name: value for name, value in members.items() if value is not None}


def _lines_below(node: Node, margin: str, now: float, show_all: bool) -> Iterator[str]:
    shown = node.children if show_all else _shown_children(node.children)
    left_out = Counter(child.status for child in node.children) - Counter(child.status for child in shown)
    for number, child in enumerate(shown, 1):
        is_last = number == len(shown) and not left_out
        yield f"{margin}{'└─ ' if is_last else '├─ '}{_line(child, now)}"
        yield from _lines_below(child, margin + ("   " if is_last else "│  "), now, show_all)
    if left_out:
        counts = ", ".join(f"{count} {status.lower()}" for status, count in left_out.items())
        yield f"{margin}└─ … and {counts} (--all shows them)"


def _shown_children(children: list[Node]) -> list[Node]:
    """All children, but of many iterations only some: those that did not succeed come before those that did."""
    if len(children) <= ITERATIONS_SHOWN or children[0].kind != "iteration":
        return children
    chosen = sorted(children, key=lambda child: child.status == SUCCEEDED)[:ITERATIONS_SHOWN]
    return sorted(chosen, key=lambda child: child.index or 0)


def _line(node: Node, now: float) -> str:
    mark, colour = _MARKS.get(node.status, _OTHER_MARK)
    ended = now if node.ended is None else node.ended
    parts = [click.style(f"{mark} {_title(node)}", fg=colour), duration(ended - node.started)]
    if node.status == ABORTED and node.kind != "execution":
        parts.append("aborted")
    if node.total is not None:
        done = sum(child.status == SUCCEEDED for child in node.children)
        parts.append(f"{done} of {node.total} done")
    if node.attempts > 1:
        parts.append(f"{node.attempts} attempts")
    if node.failed_by is None and node.kind != "execution":
        cause = short_cause(node.cause) if node.cause and node.cause != _root(node).cause else None
        parts += [": ".join(map(safe_line, filter(None, (node.error, cause))))] if node.error or cause else []
    return "  ".join(parts)


def _root(node: Node) -> Node:
    return node if node.parent is None else _root(node.parent)


def _title(node: Node) -> str:
    if node.kind == "state":
        return f"{safe_line(node.name)} ({node.type})"
    return f"{safe_line(node.name)} {node.status}" if node.index is None else f"{node.kind} {node.index}"
