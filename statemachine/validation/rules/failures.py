"""Rules for the fields of retriers and catchers."""

from __future__ import annotations

from collections.abc import Iterator

from statemachine.validation.finding import Fault
from statemachine.validation.members import elements, number
from statemachine.validation.parts import Part, StateDefinition

_ALL = "States.ALL"
_INTERVAL_SECONDS = 1


def states_all(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """States.ALL is the only name in its list, and its retrier or catcher is the last one."""
    if part.type not in ("Retrier", "Catcher"):
        return
    names = elements(part.fields, "ErrorEquals")
    if _ALL not in names:
        return
    place = (*part.path, "ErrorEquals")
    if len(names) > 1:
        yield Fault(place, f"{_ALL} must be the only name in its list")
    field, position = part.path[-2:]
    if position != len(elements(state.fields, str(field))) - 1:
        yield Fault(place, f"{_ALL} must be in the last element of {field}")


def longest_delay(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """MaxDelaySeconds is greater than IntervalSeconds (default 1)."""
    if part.type != "Retrier":
        return
    longest = number(part.fields, "MaxDelaySeconds")
    interval = number(part.fields, "IntervalSeconds")
    if longest is not None and longest <= (_INTERVAL_SECONDS if interval is None else interval):
        yield Fault((*part.path, "MaxDelaySeconds"), "MaxDelaySeconds must be greater than IntervalSeconds")
