"""How often each state was entered, left, tried and failed: counted with every event, so that nobody has to read a
history to see where an execution stands. Knows event types; the numbers are ours, not AWS's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from statemachine.core.event_types import MEANINGS


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


_COUNTED = {
    ("state", "entered"): "entered",
    ("state", "exited"): "left",
    ("state", "started"): "attempts",
    ("state", "failed"): "failures",
    ("task", "scheduled"): "attempts",
    ("task", "failed"): "failures",
    ("task", "timed_out"): "failures",
    ("evaluation", "failed"): "failures",
    ("iteration", "started"): "iterations",
    ("iteration", "succeeded"): "succeeded",
    ("iteration", "failed"): "failed",
    ("iteration", "aborted"): "aborted",
}
"""The number that an event adds one to, by its subject and what happened."""
_NUMBERS = {
    type_: _COUNTED[meaning.subject, meaning.what]
    for type_, meaning in MEANINGS.items()
    if (meaning.subject, meaning.what) in _COUNTED
}
