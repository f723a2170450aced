"""An execution while it runs: a line for each state on standard error, with colours on a terminal.

Must not know a server or an engine.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import NamedTuple

import click

from statemachine.core.event_types import MEANINGS, What
from statemachine.replay.events import RecordedEvent
from statemachine.replay.node import Node
from statemachine.replay.tree import Tree

CAUSE_CHARACTERS_MAX = 160
"""How much of a cause is shown."""

Reporter = Callable[[RecordedEvent], None]
"""Takes the events of one execution, in order."""

_MARKS: dict[What, tuple[str, str]] = {
    "entered": ("→", "cyan"),
    "exited": ("✓", "green"),
    "failed": ("✗", "red"),
    "timed_out": ("✗", "red"),
    "aborted": ("✗", "yellow"),
}
"""What is shown, each with its mark and colour."""


def on_standard_error(text: str) -> None:
    """Write a line on standard error."""
    click.echo(text, err=True)


def make_reporter(write: Callable[[str], None] = on_standard_error, tree: Tree | None = None) -> Reporter:
    """A reporter that writes a line for each event that people need to see. It adds every event to `tree`, if given."""
    tree = Tree("") if tree is None else tree
    coloured = sys.stderr.isatty()

    def report(event: RecordedEvent) -> None:
        node = tree.add(event)
        # The end of an execution is shown with the name of the state that it follows.
        line = line_of(event, tree.node_of(event.previous) if node is tree.root else node)
        if line is not None:
            text = click.style(line.text, fg=line.colour) if coloured else line.text
            write(f"{event.time - tree.root.started:9.3f} s  {text}")

    return report


class ProgressLine(NamedTuple):
    """What people read of one event."""

    text: str
    colour: str


def line_of(event: RecordedEvent, node: Node) -> ProgressLine | None:
    """The line of an event that belongs to `node`. None for an event that people need not see."""
    meaning = MEANINGS.get(event.type)
    if meaning is None or meaning.what not in _MARKS:
        return None
    mark, colour = _MARKS[meaning.what]
    parts = [mark, event.type if node.kind == "execution" else node.name]
    if "index" in event.details:
        parts.append(f"[{event.details['index']}]")
    if meaning.what == "entered":
        parts.append(f"({meaning.state_type})")
    elif meaning.what != "exited":
        parts += [
            meaning.what.replace("_", " "),
            event.details.get("error", ""),
            short_cause(event.details.get("cause")),
        ]
    return ProgressLine(" ".join(filter(None, parts)), colour)


def short_cause(cause: str | None) -> str:
    """The first line of a cause, in brackets. A function's cause is a JSON document: its errorMessage is shown."""
    if not cause:
        return ""
    try:
        document = json.loads(cause)
    except ValueError:
        document = None
    text = document.get("errorMessage", cause) if isinstance(document, dict) else cause
    line = str(text).partition("\n")[0]
    return f"({line if len(line) <= CAUSE_CHARACTERS_MAX else line[:CAUSE_CHARACTERS_MAX] + '…'})"
