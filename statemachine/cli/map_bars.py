"""Progress bars of the running Map states, below the lines of an execution, on a terminal."""

from __future__ import annotations

from contextlib import AbstractContextManager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TaskID, TextColumn
from rich.text import Text

from statemachine.replay.node import Node

BARS_MAX = 8
"""How many bars are shown. Outer Maps come before the Maps in them."""


class MapBars(AbstractContextManager["MapBars"]):
    """A bar for each running Map. The bar goes when the Map ends."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._progress = Progress(*columns, console=console, transient=True)
        self._bar_of: dict[Node, TaskID] = {}

    def __enter__(self) -> MapBars:
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

    def update(self, root: Node) -> None:
        """Add, move and remove bars so that they show the tree of which `root` is the root."""
        running = [node for node in root.subtree() if node.total is not None and node.ended is None][:BARS_MAX]
        for node in self._bar_of.keys() - set(running):
            self._progress.remove_task(self._bar_of.pop(node))
        for node in running:
            if node not in self._bar_of:
                self._bar_of[node] = self._progress.add_task(node.name, total=node.total)
            done = sum(child.ended is not None for child in node.children)
            self._progress.update(self._bar_of[node], completed=done)
