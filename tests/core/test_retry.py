"""How long a retrier waits: interval × rate^(attempt − 1) seconds, at most MaxDelaySeconds."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.core.retry import MAX_DELAY_SECONDS, compile_retrier
from statemachine.query.view import Chance


def delay(attempt: int, **fields: Any) -> float:
    return compile_retrier({"ErrorEquals": ["States.ALL"], **fields}).delay(attempt, Chance("seed"))


@pytest.mark.parametrize(
    ("fields", "delays"),
    [
        ({}, [1.0, 2.0, 4.0, 8.0]),
        ({"IntervalSeconds": 3, "BackoffRate": 1.5}, [3.0, 4.5, 6.75, 10.125]),
        ({"IntervalSeconds": 5, "BackoffRate": 1.0}, [5.0, 5.0, 5.0, 5.0]),
        ({"IntervalSeconds": 2, "MaxDelaySeconds": 5}, [2.0, 4.0, 5.0, 5.0]),
        ({"IntervalSeconds": 7, "MaxDelaySeconds": 5}, [5.0, 5.0, 5.0, 5.0]),
    ],
)
def test_the_delay_grows_with_each_attempt(fields: dict[str, Any], delays: list[float]) -> None:
    assert [delay(attempt, **fields) for attempt in (1, 2, 3, 4)] == delays


@pytest.mark.parametrize(("fields", "most"), [({}, MAX_DELAY_SECONDS), ({"MaxDelaySeconds": 60}, 60)])
@pytest.mark.parametrize("rate", [2.0, 1e308])
def test_a_delay_too_large_for_a_float_is_the_longest_one(fields: dict[str, Any], most: float, rate: float) -> None:
    for attempt in (3, 2_000, 99_999_999):
        assert delay(attempt, BackoffRate=rate, IntervalSeconds=99_999_999, **fields) == most


def test_full_jitter_draws_from_zero_to_the_delay() -> None:
    retrier = compile_retrier({"ErrorEquals": ["States.ALL"], "IntervalSeconds": 8, "JitterStrategy": "FULL"})
    drawn = [retrier.delay(1, Chance(f"seed {number}")) for number in range(200)]
    assert all(0 <= seconds < 8 for seconds in drawn)
    assert min(drawn) < 1
    assert max(drawn) > 7
