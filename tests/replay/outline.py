"""A tree of states as lines, for comparison."""

from __future__ import annotations

from statemachine.replay.node import Node


def outline(node: Node, depth: int = 0) -> list[str]:
    """A line per node: indented, what it is, its status, attempts of more than one and its error."""
    if node.kind == "execution":
        title = "execution"
    elif node.kind == "state":
        title = f"{node.type} {node.name}"
    else:
        title = f"{node.kind} {node.index}"
    words = [title, node.status.lower(), f"x{node.attempts}" if node.attempts > 1 else "", node.error or ""]
    return ["  " * depth + " ".join(filter(None, words))] + [
        line for child in node.children for line in outline(child, depth + 1)
    ]
