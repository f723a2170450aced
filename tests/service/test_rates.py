"""How fast the server works: the commits of the last minute are counted, and no older ones."""

from __future__ import annotations

from statemachine.host import Commit
from statemachine.service.rates import Rates, RatesPerSecond
from statemachine.testing import VirtualClock, in_memory_server
from tests.engine.definitions import PASS, wait


def test_history_events_of_the_last_minute_are_counted() -> None:
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


async def test_starts_and_ends_of_executions_are_counted_apart() -> None:
    async with in_memory_server() as server:
        for definition, name in ((PASS, "p"), (wait(600), "w"), (wait(600), "v")):
            await server.start(await server.create(definition, name))
        await server.settle()
        per_second = (await server.ask("DescribeServer"))["perSecond"]
        assert (per_second["started"], per_second["ended"]) == (round(3 / 60, 3), round(1 / 60, 3))


def test_a_clock_that_was_set_back_starts_the_count_anew() -> None:
    clock = VirtualClock(1_000.0)
    rates = Rates(clock)
    rates.committed(Commit(rows=1, seconds=0.0, history_events=60))
    clock.now -= 3_600
    assert rates.per_second().events == 0.0
    rates.committed(Commit(rows=1, seconds=0.0, history_events=120))
    assert rates.per_second().events == 2.0
