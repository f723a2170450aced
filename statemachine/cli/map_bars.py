"""Progress bars of the Map states that run, below the lines of an execution: where a terminal looks on."""

from __future__ import annotations

from contextlib import AbstractContextManager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TaskID, TextColumn
from rich.text import Text

from statemachine.replay.node import Node

BARS_MAX = 8
"""How many bars there are at most: of Maps in Maps, the outer ones."""


class MapBars(AbstractContextManager["MapBars"]):
    """One bar for each Map that runs; it goes when the Map ends."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._progress = Progress(*columns, console=console, transient=True)
        self._bars: dict[Node, TaskID] = {}

    def __enter__(self) -> MapBars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    @property
    def shown(self) -> list[Task]:
        """The bars, in the order in which they came."""
        return self._progress.tasks

    def write(self, text: str) -> None:
        """A line, above all bars; it may have a terminal's colours."""
        self._progress.console.print(Text.from_ansi(text))

    def update(self, root: Node) -> None:
        """Let the bars be as the tree is."""
        running = [node for node in root.subtree() if node.total is not None and node.ended is None][:BARS_MAX]
        for node in self._bars.keys() - set(running):
            self._progress.remove_task(self._bars.pop(node))
        for node in running:
            if node not in self._bars:
                self._bars[node] = self._progress.add_task(node.name, total=node.total)
            done = sum(child.ended is not None for child in node.children)
            self._progress.update(self._bars[node], completed=done)
