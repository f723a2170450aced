"""Retry and Catch: which errors a list of names matches, and how long to wait before the next attempt.

Knows nothing of scopes: its functions are given an error name or the number of an attempt. Sources: States Language
("Errors"); which errors the wildcards match is as recorded on AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from statemachine.query.language import Dataflow
    from statemachine.query.view import Chance

INTERVAL_SECONDS = 1
MAX_ATTEMPTS = 3
BACKOFF_RATE = 2.0
MAX_DELAY_SECONDS = 31_622_400
_TIMEOUT = ("States.Timeout", "States.HeartbeatTimeout")


@dataclass(frozen=True, slots=True)
class Retrier:
    """One entry of a Retry list. `attempts` is MaxAttempts; `interval` and `max_delay` are in seconds."""

    errors: frozenset[str]
    attempts: int
    interval: float
    backoff_rate: float
    max_delay: float
    jitter: bool

    def delay(self, attempt: int, chance: Chance) -> float:
        """The seconds to wait before retry number `attempt`. The first retry is number 1."""
        seconds = self.longest_delay(attempt)
        return chance.fraction() * seconds if self.jitter else seconds

    def longest_delay(self, attempt: int) -> float:
        """The seconds to wait before retry number `attempt` at the most, as it is without jitter."""
        try:
            return min(self.interval * self.backoff_rate ** (attempt - 1), self.max_delay)
        except OverflowError:
            return self.max_delay


@dataclass(frozen=True, slots=True)
class Catcher:
    """One entry of a Catch list. `flow` makes the output that goes to the state `next`."""

    errors: frozenset[str]
    next: str
    flow: Dataflow


def compile_retrier(fields: Mapping[str, Any]) -> Retrier:
    """The retrier of a valid definition, with AWS's defaults for missing fields."""
    return Retrier(
        errors=frozenset(fields["ErrorEquals"]),
        attempts=int(fields.get("MaxAttempts", MAX_ATTEMPTS)),
        interval=float(fields.get("IntervalSeconds", INTERVAL_SECONDS)),
        backoff_rate=float(fields.get("BackoffRate", BACKOFF_RATE)),
        max_delay=float(fields.get("MaxDelaySeconds", MAX_DELAY_SECONDS)),
        jitter=fields.get("JitterStrategy") == "FULL",
    )


def matches(errors: frozenset[str], error: str | None, *, heartbeat: bool = False) -> bool:
    """Does a list of error names match this error?

    Nothing matches States.Runtime, not even its own name. States.ALL matches every other error, States.TaskFailed every
    other one but the time-outs. With `heartbeat` the error is States.Timeout for a missed heartbeat, which
    States.HeartbeatTimeout matches too.
    """
    if error == "States.Runtime":
        return False
    if error in errors or "States.ALL" in errors:
        return True
    if heartbeat and "States.HeartbeatTimeout" in errors:
        return True
    return "States.TaskFailed" in errors and error not in _TIMEOUT
