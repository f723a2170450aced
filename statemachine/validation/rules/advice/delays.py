"""Advice on retriers whose delays together exceed the timeout of the execution."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from math import ceil, log

from statemachine.core.retry import BACKOFF_RATE, INTERVAL_SECONDS, MAX_ATTEMPTS, MAX_DELAY_SECONDS
from statemachine.validation.finding import RETRY_OUTLASTS_TIMEOUT, Fault
from statemachine.validation.members import Fields, number
from statemachine.validation.parts import Block

_MOST = 99_999_999
"""AWS's limit on numbers of seconds, numbers of attempts and backoff rates."""


def retries_beyond_the_timeout(blocks: list[Block]) -> Iterator[Fault]:
    """The sum of a retrier's delays is less than the machine's TimeoutSeconds.

    A retrier with jitter is not checked, because it may draw shorter delays.
    """
    timeout = number(blocks[0].fields, "TimeoutSeconds")
    if not timeout or timeout < 0:
        return
    for block in blocks:
        for state in block.states:
            for part in state.parts:
                if part.type == "Retrier" and part.fields.get("JitterStrategy", "NONE") == "NONE":
                    message = _too_long(part.fields, timeout)
                    if message:
                        yield Fault(part.path, message, RETRY_OUTLASTS_TIMEOUT)


def delays(retrier: Fields, attempts: int) -> float:
    """The sum of the delays before the first `attempts` retries, in seconds."""
    interval = _bounded(retrier, "IntervalSeconds", INTERVAL_SECONDS, 1)
    rate = _bounded(retrier, "BackoffRate", BACKOFF_RATE, 1)
    longest = _bounded(retrier, "MaxDelaySeconds", MAX_DELAY_SECONDS, 1)
    if rate == 1 or interval >= longest:
        return attempts * min(interval, longest)
    growing = min(attempts, ceil(log(longest / interval) / log(rate)))
    return interval * (rate**growing - 1) / (rate - 1) + (attempts - growing) * longest


def _too_long(retrier: Fields, timeout: float) -> str | None:
    attempts = int(_bounded(retrier, "MaxAttempts", MAX_ATTEMPTS, 0))
    if delays(retrier, attempts) < timeout:
        return None
    made = bisect_left(range(attempts + 1), timeout, key=lambda tried: delays(retrier, tried)) - 1
    return (
        f"Only {made} of {attempts} retries can be made: the delays before the next one add up to "
        f"{delays(retrier, made + 1):g} seconds, and TimeoutSeconds of the state machine is {timeout:g}"
    )


def _bounded(fields: Fields, name: str, default: float, least: float) -> float:
    value = number(fields, name)
    return max(least, min(default if value is None else value, _MOST))
