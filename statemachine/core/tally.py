"""How often each state was entered, left, tried and failed: counted with every event, so that nobody has to read a
history to see where an execution stands. Knows event types; the numbers are ours, not AWS's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec


class Tally(msgspec.Struct, omit_defaults=True):
    """The numbers of one state, all its branches and iterations taken together.

    `attempts` are begun tasks, or begun rounds of a Map or Parallel; `iterations` those of a Map that have begun, of
    `items` altogether. `changed` is the id of the latest event that changed a number.
    """

    entered: int = 0
    left: int = 0
    attempts: int = 0
    failures: int = 0
    retries: int = 0
    items: int = 0
    iterations: int = 0
    succeeded: int = 0
    failed: int = 0
    aborted: int = 0
    changed: int = 0

    @property
    def running(self) -> int:
        """How many lines of control are in the state, while the execution runs."""
        return self.entered - self.left


class Change(NamedTuple):
    """One number of one state grows by `amount`; `event` is the id of the latest event then."""

    state: str
    number: str
    amount: int
    event: int


def counted(type_: str) -> str | None:
    """Which number an event of that type adds one to, if any."""
    return _NUMBERS.get(type_)


def count(tallies: dict[str, Tally], changes: Iterable[Change]) -> None:
    """Apply changes to the tallies by state name."""
    for state, number, amount, event in changes:
        tally = tallies.get(state)
        if tally is None:
            tally = tallies[state] = Tally()
        setattr(tally, number, getattr(tally, number) + amount)
        tally.changed = event


_TYPES = ("Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")
_WORK = ("Activity", "LambdaFunction", "Task")
_NUMBERS = {
    **{f"{type_}StateEntered": "entered" for type_ in _TYPES},
    **{f"{type_}StateExited": "left" for type_ in _TYPES},
    **{f"{family}Scheduled": "attempts" for family in _WORK},
    **{f"{family}{how}": "failures" for family in _WORK for how in ("Failed", "TimedOut")},
    **{f"{type_}StateStarted": "attempts" for type_ in ("Map", "Parallel")},
    **{f"{type_}StateFailed": "failures" for type_ in ("Map", "Parallel")},
    "EvaluationFailed": "failures",
    "MapIterationStarted": "iterations",
    "MapIterationSucceeded": "succeeded",
    "MapIterationFailed": "failed",
    "MapIterationAborted": "aborted",
}
