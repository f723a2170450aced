"""One history event as this package reads it, made from either of the two forms of histories.

Must not know what an event means.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from statemachine.core.model import HistoryEvent


class RecordedEvent(NamedTuple):
    """An event. `previous` is the id of the event before it on its line of control; `time` is in epoch seconds.

    `scope` is the path of the line of control, None if the form does not have it.
    """

    id: int
    previous: int
    type: str
    time: float
    details: Mapping[str, Any]
    scope: str | None


def from_compact(event: HistoryEvent) -> RecordedEvent:
    """From the compact form, which has the scope."""
    return RecordedEvent(event.id, event.previous, event.type, event.timestamp / 1000, event.details or {}, event.scope)


def from_aws(event: Mapping[str, Any]) -> RecordedEvent:
    """From AWS's shape, which does not have the scope; its `timestamp` must be in epoch seconds."""
    return RecordedEvent(
        event["id"], event["previousEventId"], event["type"], event["timestamp"], details_of(event), None
    )


def details_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The details of an event in AWS's shape, which keeps them in a member named after the type; {} without one."""
    return next((value for name, value in event.items() if name.endswith("EventDetails")), {})
