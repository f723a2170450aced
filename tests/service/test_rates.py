"""How fast the server works: a minute is counted, and what is older is not."""

from __future__ import annotations

from statemachine.host import Commit
from statemachine.service.rates import Rates, RatesPerSecond
from statemachine.testing import VirtualClock


def test_what_the_last_minute_has_seen() -> None:
    clock = VirtualClock(1_000.0)
    rates = Rates(clock)
    rates.committed(Commit(rows=1, seconds=0.0, history_events=30))
    clock.now += 59
    rates.committed(Commit(rows=1, seconds=0.0, history_events=60))
    assert rates.per_second() == RatesPerSecond(started=0.0, ended=0.0, events=1.5)
    clock.now += 1
    assert rates.per_second().events == 1.0
    clock.now += 60
    assert rates.per_second().events == 0.0


def test_a_clock_that_was_set_back_counts_from_there() -> None:
    clock = VirtualClock(1_000.0)
    rates = Rates(clock)
    rates.committed(Commit(rows=1, seconds=0.0, history_events=60))
    clock.now -= 3_600
    assert rates.per_second().events == 0.0
    rates.committed(Commit(rows=1, seconds=0.0, history_events=120))
    assert rates.per_second().events == 2.0
