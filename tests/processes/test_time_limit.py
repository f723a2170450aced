"""A time limit under a clock that the test sets forward."""

from __future__ import annotations

import pytest

from statemachine.processes.time_limit import TimeLimit
from tests.processes.loops import advance_loop_time, loop_has_read
from tests.processes.waiting import until


async def test_the_limit_is_exceeded_once_after_its_seconds() -> None:
    calls: list[str] = []
    TimeLimit(600, lambda: calls.append("exceeded"))
    advance_loop_time(599)
    await loop_has_read()
    assert calls == []
    advance_loop_time(1)
    await until(lambda: calls != [])
    advance_loop_time(6000)
    await loop_has_read()
    assert calls == ["exceeded"]


@pytest.mark.parametrize(("late", "again"), [(100, 100), (600, 600), (6000, 600)])
async def test_a_late_end_gives_the_delay_again_but_not_more_than_the_limit(late: float, again: float) -> None:
    calls: list[str] = []
    TimeLimit(600, lambda: calls.append("exceeded"))
    advance_loop_time(600 + late)
    await loop_has_read()
    advance_loop_time(again - 50)
    await loop_has_read()
    assert calls == []
    advance_loop_time(50)
    await until(lambda: calls != [])


@pytest.mark.parametrize("passed", [0, 900])
async def test_a_cancelled_limit_is_not_exceeded(passed: float) -> None:
    calls: list[str] = []
    limit = TimeLimit(600, lambda: calls.append("exceeded"))
    advance_loop_time(passed)
    await loop_has_read()
    limit.cancel()
    advance_loop_time(6000)
    await loop_has_read()
    assert calls == []
