"""Bars of the Maps that run and of waits, below the lines."""

from __future__ import annotations

import io

from rich.console import Console

from statemachine.cli.live_bars import LiveBars
from statemachine.replay.node import Node


def test_a_bar_comes_and_goes_with_its_map() -> None:
    map_ = Node("state", "Each", 0.0, type="Map", total=3)
    root = Node("execution", "m/e", 0.0, numbered={0: map_})
    out = io.StringIO()
    with LiveBars(Console(file=out, force_terminal=True, width=80, color_system=None)) as bars:
        bars.write("a line")
        bars.update(root)
        (bar,) = bars.bars
        assert (bar.description, bar.completed, bar.total) == ("Each", 0, 3)
        map_.numbered[0] = Node("iteration", "Each", 0.0, index=0, ended=1.0)
        map_.numbered[1] = Node("iteration", "Each", 0.0, index=1)
        bars.update(root)
        (bar,) = bars.bars
        assert (bar.completed, bar.total) == (1, 3)
        map_.end("SUCCEEDED", 2.0)
        bars.update(root)
        assert bars.bars == []
    assert "a line" in out.getvalue()


def test_a_wait_counts_down() -> None:
    now = [100.0]
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=80, color_system=None)
    root = Node("execution", "m/e", 0.0)
    with LiveBars(console, lambda: now[0]) as bars:
        bars.update(root, {"W[3]": 112.0})
        shown = []
        for now[0] in (100.0, 105.0, 113.0):
            bars.refresh()
            shown.append(out.getvalue().rpartition("W[3]")[2].split("s left")[0].split()[-1])
        assert shown == ["12", "7", "0"]
        bars.update(root)
        assert bars.bars == []


def test_a_name_is_shown_as_text() -> None:
    out = io.StringIO()
    map_ = Node("state", "[red]\x1b[2J", 0.0, type="Map", total=3)
    root = Node("execution", "m/e", 0.0, numbered={0: map_})
    with LiveBars(Console(file=out, force_terminal=True, width=80, color_system=None)) as bars:
        bars.update(root)
        bars.refresh()
    assert "[red]\\u001b[2J" in out.getvalue()
