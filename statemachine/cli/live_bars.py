"""Bars of the running Map states and of waits that count down, below the lines of an execution, on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from time import time

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.text import Text

from statemachine.cli.progress import title
from statemachine.replay.node import Node

BARS_MAX = 8
"""How many bars of each sort are shown. Outer Maps come before the Maps in them."""

Key = Node | str


class _Count(ProgressColumn):
    """`3/10` of a Map, `12 s left` of a wait."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock

    def render(self, task: Task) -> Text:
        due = task.fields.get("due")
        if due is None:
            return Text(f"{task.completed:.0f}/{task.total or 0:.0f}")
        return Text(f"{max(due - self._clock(), 0.0):.0f} s left")


class LiveBars(AbstractContextManager["LiveBars"]):
    """A bar for each running Map and each wait. It goes when the Map or the wait ends."""

    def __init__(self, console: Console, clock: Callable[[], float] = time) -> None:
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), _Count(clock))
        self._progress = Progress(*columns, console=console, transient=True)
        self._bar_of: dict[Key, TaskID] = {}

    def __enter__(self) -> LiveBars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    @property
    def bars(self) -> list[Task]:
        """The bars on the terminal, in the order in which they were added."""
        return self._progress.tasks

    def write(self, text: str) -> None:
        """Write a line above the bars. It may have the colours of a terminal."""
        self._progress.console.print(Text.from_ansi(text))

    def update(self, root: Node, waits: Mapping[str, float] = {}) -> None:
        """Add, move and remove bars: one for each running Map below `root`, and one for each of the `waits`.

        A wait is named; its value is the time until which it lasts, in epoch seconds.
        """
        maps = [node for node in root.subtree() if node.total is not None and node.ended is None][:BARS_MAX]
        wanted: list[Key] = [*maps, *list(waits)[:BARS_MAX]]
        for gone in self._bar_of.keys() - set(wanted):
            self._progress.remove_task(self._bar_of.pop(gone))
        for node in maps:
            done = sum(child.ended is not None for child in node.children)
            self._progress.update(self._bar(node, title(node)), total=node.total, completed=done)
        for name in list(waits)[:BARS_MAX]:
            self._progress.update(self._bar(name, name), due=waits[name])

    def refresh(self) -> None:
        """Draw the bars now. They are drawn ten times a second anyway."""
        self._progress.refresh()

    def _bar(self, key: Key, description: str) -> TaskID:
        if key not in self._bar_of:
            self._bar_of[key] = self._progress.add_task(description, total=None)
        return self._bar_of[key]
