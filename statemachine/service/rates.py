"""How fast the server works: the commits of the last minute, counted by second. Must not know an API."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from statemachine.host import Commit, Observer
from statemachine.service.answer import Answer

WINDOW_SECONDS = 60


@dataclass(slots=True)
class SecondCounts:
    """The numbers of one second of the clock."""

    number: int
    started: int = 0
    ended: int = 0
    events: int = 0


class RatesPerSecond(Answer, frozen=True, kw_only=True):
    """Executions started and ended, and history events, per second."""

    started: float
    ended: float
    events: float


class Rates(Observer):
    """Counts commits."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seconds: deque[SecondCounts] = deque()

    def committed(self, commit: Commit) -> None:
        self._drop_old()
        now = int(self._clock())
        if not self._seconds or self._seconds[-1].number != now:
            self._seconds.append(SecondCounts(now))
        last = self._seconds[-1]
        last.started += len(commit.started)
        last.ended += len(commit.ended)
        last.events += commit.history_events

    def per_second(self) -> RatesPerSecond:
        """The rates over the last minute."""
        self._drop_old()
        seconds = self._seconds
        return RatesPerSecond(
            started=_rate(second.started for second in seconds),
            ended=_rate(second.ended for second in seconds),
            events=_rate(second.events for second in seconds),
        )

    def _drop_old(self) -> None:
        """Forget the seconds before the window, and those after now: the clock was set back."""
        now = int(self._clock())
        while self._seconds and self._seconds[0].number <= now - WINDOW_SECONDS:
            self._seconds.popleft()
        while self._seconds and self._seconds[-1].number > now:
            self._seconds.pop()


def _rate(numbers: Iterable[int]) -> float:
    return round(sum(numbers) / WINDOW_SECONDS, 3)
