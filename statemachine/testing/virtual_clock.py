"""A clock that stands still until a test moves it."""

from __future__ import annotations

START = 1_700_000_000.0
"""When the clock begins, in epoch seconds."""


class VirtualClock:
    """Call it for the time in epoch seconds; set `now` to move it."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
