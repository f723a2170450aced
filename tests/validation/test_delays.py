"""The delays in the sums of validation equal the delays of a retrier."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statemachine.core.retry import compile_retrier
from statemachine.query.view import Chance
from statemachine.validation.rules.advice.delays import delays

RETRIERS = st.fixed_dictionaries(
    {"ErrorEquals": st.just(["X"])},
    optional={
        "IntervalSeconds": st.integers(1, 5_000),
        "BackoffRate": st.floats(1, 50) | st.integers(1, 50) | st.just(1.0000001),
        "MaxDelaySeconds": st.integers(1, 31_622_399),
    },
)


@settings(deadline=None)
@given(RETRIERS, st.integers(0, 60))
def test_the_sum_of_all_delays(retrier: dict[str, Any], attempts: int) -> None:
    made = compile_retrier(retrier)
    expected = sum(made.delay(attempt, Chance("unused")) for attempt in range(1, attempts + 1))
    assert delays(retrier, attempts) == pytest.approx(expected, rel=1e-6)
