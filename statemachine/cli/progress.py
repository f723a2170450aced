"""An execution while it runs: a line for each state, and one for its end, with colours on a terminal.

Must not know a server or an engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import click

from statemachine.cli.causes import short_cause
from statemachine.cli.durations import duration
from statemachine.cli.status_colours import COLOURS
from statemachine.core.event_types import MEANINGS, Meaning
from statemachine.replay.events import RecordedEvent
from statemachine.replay.fates import Fate, Fates, branches
from statemachine.replay.node import CAUGHT, FAILED, Node
from statemachine.replay.tree import Tree
from statemachine.safe_text import safe_line


def on_standard_error(text: str) -> None:
    """Write a line on standard error."""
    click.echo(text, err=True)


class ProgressLine(NamedTuple):
    """What people read of one event. `cause` is the cause that the line tells, if it tells the whole of one."""

    text: str
    colour: str
    cause: str | None = None


class Reporter:
    """Writes a line for each event that people need to see. Call it with the events of one execution, in order.

    With its `definition`, retries, catchers and branches are told too. `write` takes a line, which may have colours.
    """

    def __init__(
        self, write: Callable[[str], None] = on_standard_error, definition: Mapping[str, Any] | None = None
    ) -> None:
        self.tree = Tree("", {} if definition is None else branches(definition))
        self.write = write
        self._fates = Fates(definition)
        self._caught: set[Node] = set()
        self._causes: set[str] = set()

    def __call__(self, event: RecordedEvent) -> None:
        """Add an event to the tree, and write its line."""
        node = self.tree.add(event)
        meaning = MEANINGS.get(event.type)
        line = None if meaning is None else self._line(event, meaning, node)
        if line is None:
            return
        if line.cause is not None:
            self._causes.add(line.cause)
        seconds = event.time - self.tree.root.started
        self.write(f"{seconds:9.3f} s  {click.style(line.text, fg=line.colour)}")

    def write_end(self, status: str, seconds: float, error: str | None, cause: str | None, next: str) -> None:
        """Write the last line: how the execution ended after how many seconds, and what can be done `next`.

        A cause that a line before has told is left out.
        """
        mark, word = ("✓", "in") if status == "SUCCEEDED" else ("✗", "after")
        reason = safe_line(error or "")
        if cause and cause not in self._causes:
            reason = ": ".join(filter(None, (reason, safe_line(short_cause(cause)))))
        text = click.style(f"{mark} {status} {word} {duration(seconds)}", fg=COLOURS.get(status))
        self.write(f"{text}{': ' if reason else ''}{reason}{next and f' ({next})'}")

    def _line(self, event: RecordedEvent, meaning: Meaning, node: Node) -> ProgressLine | None:
        """The line of an event that belongs to `node`. None for an event that people need not see."""
        subject, what, _ = meaning
        name = title(node)
        if what == "entered":
            return ProgressLine(f"→ {name} ({meaning.state_type})", "cyan")
        if what == "exited":
            caught = node.status == CAUGHT
            return (
                ProgressLine(f"! {name} caught the failure", "yellow") if caught else ProgressLine(f"✓ {name}", "green")
            )
        if what in ("failed", "timed_out") and subject in ("task", "evaluation"):
            return self._failure(event, node, what)
        if subject == "execution" or node in self._caught:
            return None
        if what == "aborted" and node.status != FAILED:  # else its failure was told
            return ProgressLine(f"✗ {name} aborted", "yellow")
        if what == "failed" and node.ended is not None:
            return ProgressLine(f"✗ {name} failed", "red")
        return None

    def _failure(self, event: RecordedEvent, node: Node, what: str) -> ProgressLine:
        """The line of a state that has failed, with what follows from it."""
        error, cause = event.details.get("error"), event.details.get("cause")
        fate = self._fates.of(node, error)
        if fate is not None and not fate.is_retry:
            self._caught.update(_until(node, fate.state))
        is_own_retry = fate is not None and fate.is_retry and fate.state is node
        attempt = f" attempt {fate.attempt} of {fate.attempts_max}" if fate is not None and is_own_retry else ""
        head = f"{title(node)}{attempt} {what.replace('_', ' ')}"
        told = short_cause(cause) if cause else ""
        text = ": ".join((head, *map(safe_line, filter(None, (error, told))))) + _what_follows(fate, node)
        mark, colour = ("✗", "red") if fate is None else ("!", "yellow")
        return ProgressLine(f"{mark} {text}", colour, cause if cause and not told.endswith("…") else None)


def title(node: Node) -> str:
    """The name of a state, branch or iteration, after the branches and iterations that it is in: `Each[3] › Charge`."""
    outer = [f"{one.name}[{one.index}]" for one in node.outwards() if one.index is not None]
    names = [*reversed(outer), *([] if node.index is not None else [node.name])]
    return " › ".join(map(safe_line, names))


def _until(node: Node, last: Node) -> list[Node]:
    """The nodes from `node` outwards, before `last`, and last itself."""
    found = []
    for one in node.outwards():
        found.append(one)
        if one is last:
            break
    return found


def _what_follows(fate: Fate | None, node: Node) -> str:
    if fate is None:
        return ""
    if not fate.is_retry:
        return f"; {'' if fate.state is node else f'{title(fate.state)} '}catches it, next is {safe_line(fate.next)}"
    again = f"again {'within' if fate.jitter else 'in'} {fate.delay:.1f} s"
    if fate.state is node:
        return f"; {again}"
    return f"; {title(fate.state)}, attempt {fate.attempt} of {fate.attempts_max}: {again}"
