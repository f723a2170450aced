"""How often each state was entered, left, tried and failed.

The numbers grow with every history event, so that showing where an execution stands needs no history. They are ours,
not AWS's. Knows event types by their meaning only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from statemachine.core.event_types import MEANINGS


class Tally(msgspec.Struct, omit_defaults=True):
    """The numbers of one state, added up over all scopes.

    `attempts` counts the scheduled tasks of a Task state and the starts of a Map or Parallel. `items` counts the items
    of a Map, `iterations` those of its iterations that have begun. `changed` is the id of the latest event that changed
    a number.
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
        """How many scopes are in the state now, while the execution runs."""
        return self.entered - self.left


class Change(NamedTuple):
    """The number called `number` of one state grows by `amount`. `event` is the id of the latest event at that time."""

    state: str
    number: str
    amount: int
    event: int


def counted(type_: str) -> str | None:
    """The name of the number that an event of that type adds one to, None if it adds to none."""
    return _NUMBERS.get(type_)


def count(tallies: dict[str, Tally], changes: Iterable[Change]) -> None:
    """Add the changes to the tallies, which are kept by state name. Changes `tallies`."""
    for state, number, amount, event in changes:
        tally = tallies.get(state)
        if tally is None:
            tally = tallies[state] = Tally()
        setattr(tally, number, getattr(tally, number) + amount)
        tally.changed = event


_COUNTED = {
    ("state", "entered"): "entered",
    ("state", "exited"): "left",
    ("children", "started"): "attempts",
    ("children", "failed"): "failures",
    ("task", "scheduled"): "attempts",
    ("task", "failed"): "failures",
    ("task", "timed_out"): "failures",
    ("evaluation", "failed"): "failures",
    ("iteration", "started"): "iterations",
    ("iteration", "succeeded"): "succeeded",
    ("iteration", "failed"): "failed",
    ("iteration", "aborted"): "aborted",
}
"""The number that an event adds one to, by the meaning of its type."""
_NUMBERS = {
    type_: _COUNTED[meaning.subject, meaning.what]
    for type_, meaning in MEANINGS.items()
    if (meaning.subject, meaning.what) in _COUNTED
}
