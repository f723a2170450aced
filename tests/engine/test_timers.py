"""Timers: those of the near future in memory, all others on disk until their time comes near."""

from __future__ import annotations

import math

import pytest

from statemachine.checkpoint import keys
from statemachine.core.events import DeadlineReached, TimerFired
from statemachine.engine.timers import HORIZON_SECONDS, Timer, Timers
from statemachine.json_text import dump
from statemachine.store import pages
from statemachine.store.memory import MemoryStore
from statemachine.testing import START


def store_with(*timers: Timer) -> MemoryStore:
    store = MemoryStore()
    rows = {keys.timer(due, id, path): dump([id, path, attempt]).encode() for due, id, path, attempt, _ in timers}
    store.commit(rows, {}, 0)
    return store


def at(seconds: float, id: str = "m:e") -> Timer:
    return Timer(START + seconds, id, "", "1.0")


def test_only_the_near_future_is_in_memory() -> None:
    timers = Timers(store_with(at(1), at(HORIZON_SECONDS - 1, "m:f"), at(HORIZON_SECONDS + 1, "m:g")))
    timers.load_upcoming(START)
    assert len(timers._heap) == 2
    timers.load_upcoming(START + HORIZON_SECONDS / 2)
    assert len(timers._heap) == 3


def test_due_timers_come_earliest_first_and_at_most_so_many() -> None:
    timers = Timers(store_with(at(3, "m:c"), at(1, "m:a"), at(2, "m:b"), at(9, "m:d")))
    timers.load_upcoming(START)
    assert timers.take_due(START + 5, 2) == [at(1, "m:a"), at(2, "m:b")]
    assert timers.take_due(START + 5, 2) == [at(3, "m:c")]
    assert timers.take_due(START + 5, 2) == []


def test_a_timer_beyond_the_horizon_stays_on_disk() -> None:
    timers = Timers(store_with())
    timers.load_upcoming(START)
    timers.add(at(HORIZON_SECONDS + 1))
    assert timers.take_due(math.inf, 10) == []
    timers.add(at(HORIZON_SECONDS - 1))
    assert len(timers.take_due(math.inf, 10)) == 1


def test_all_pages_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE_ROWS", 3)
    timers = Timers(store_with(*(at(number / 10, f"m:{number}") for number in range(10))))
    timers.load_upcoming(START)
    assert len(timers.take_due(START + 10, 100)) == 10


def test_the_next_call_is_for_the_earliest_timer_or_for_the_next_reading() -> None:
    timers = Timers(store_with(at(500)))
    timers.load_upcoming(START)
    assert timers.next_call_at == START + HORIZON_SECONDS / 2
    timers.add(at(7))
    assert timers.next_call_at == START + 7


@pytest.mark.parametrize("seconds", [7, HORIZON_SECONDS * 2])
def test_the_earliest_of_all_is_found_wherever_it_is(seconds: float) -> None:
    timers = Timers(store_with(at(seconds)))
    timers.load_upcoming(START)
    assert timers.earliest_due() == START + seconds


def test_without_a_timer_there_is_no_earliest() -> None:
    timers = Timers(store_with())
    timers.load_upcoming(START)
    assert timers.earliest_due() == math.inf


def test_a_timer_knows_what_its_firing_means() -> None:
    assert Timer(START, "m:e", "/00001", "2.0").event == TimerFired("/00001", "2.0", START)
    assert Timer(START, "m:e", keys.DEADLINE, "").event == DeadlineReached(START)
