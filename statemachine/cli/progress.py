"""Showing an execution while it runs: a line per state on standard error, coloured where a terminal looks on."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import click

Reporter = Callable[[Mapping[str, Any]], None]
"""Is given each history event in AWS's shape."""

_MARKS = {
    "StateEntered": ("→", "cyan"),
    "StateExited": ("✓", "green"),
    "Failed": ("✗", "red"),
    "TimedOut": ("✗", "red"),
    "Aborted": ("✗", "yellow"),
}


def on_standard_error(text: str) -> None:
    """Write a line on standard error."""
    click.echo(text, err=True)


def make_reporter(write: Callable[[str], None] = on_standard_error) -> Reporter:
    """A reporter for this terminal, or for plain lines where there is none."""
    coloured = sys.stderr.isatty()
    lines = Lines()

    def report(event: Mapping[str, Any]) -> None:
        line = lines.of(event)
        if line is not None:
            text = click.style(line.text, fg=line.colour) if coloured else line.text
            write(f"{line.seconds:9.3f} s  {text}")

    return report


class Line(NamedTuple):
    """What people read of one event."""

    seconds: float
    text: str
    colour: str


class Lines:
    """Turns the events of one execution into lines; remembers which state an event belongs to."""

    def __init__(self) -> None:
        self._began = 0.0
        self._states: dict[int, str] = {}

    def of(self, event: Mapping[str, Any]) -> Line | None:
        """The line of an event, None for one that people need not see."""
        type_: str = event["type"]
        details: Mapping[str, Any] = next((v for k, v in event.items() if k.endswith("EventDetails")), {})
        self._began = self._began or event["timestamp"]
        state = details.get("name") or self._states.get(event["previousEventId"], "")
        self._states[event["id"]] = state
        ending = next((ending for ending in _MARKS if type_.endswith(ending)), None)
        if ending is None:
            return None
        mark, colour = _MARKS[ending]
        parts = [mark, state or type_]
        if "index" in details:
            parts.append(f"[{details['index']}]")
        if ending == "StateEntered":
            parts.append(f"({type_.removesuffix(ending)})")
        elif ending != "StateExited":
            parts.append(" ".join(filter(None, (_in_words(ending), details.get("error")))))
            parts.append(reason(details.get("cause")))
        return Line(event["timestamp"] - self._began, " ".join(filter(None, parts)), colour)


def _in_words(ending: str) -> str:
    return {"TimedOut": "timed out"}.get(ending, ending.lower())


def reason(cause: str | None) -> str:
    """In brackets, the first line of a cause; of a function's error document its message."""
    if not cause:
        return ""
    try:
        document = json.loads(cause)
    except ValueError:
        document = None
    text = document.get("errorMessage", cause) if isinstance(document, dict) else cause
    line = str(text).partition("\n")[0]
    return f"({line if len(line) <= 160 else line[:160] + '…'})"
