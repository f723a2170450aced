"""Bars of the Maps that run, below the lines."""

from __future__ import annotations

import io

from rich.console import Console

from statemachine.cli.map_bars import MapBars
from statemachine.replay.node import Node


def test_a_bar_comes_and_goes_with_its_map() -> None:
    map_ = Node("state", "Each", 0.0, type="Map", total=3)
    root = Node("execution", "m/e", 0.0, numbered={0: map_})
    out = io.StringIO()
    with MapBars(Console(file=out, force_terminal=True, width=80, color_system=None)) as bars:
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
