"""History events of one execution: a range of them, or a page that is limited in events and in characters.

Must not know what a history event means.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

import msgspec

from statemachine.checkpoint import keys
from statemachine.checkpoint.read import read_execution
from statemachine.core.model import Execution, HistoryEvent
from statemachine.reads.headers import read_header
from statemachine.reads.payloads import Payloads
from statemachine.store.interface import Readable
from statemachine.store.pages import scan_pages

PAYLOADS = ("input", "output", "parameters")
"""The members of an event's details that are payloads."""
PAGE_CHARACTERS_MAX = 1_048_576
"""Ours: the characters of the texts in one page. A page that would hold more ends earlier and has a next page."""
EVENTS_AT_ONCE = 50
"""The events whose payloads are read together. A page of large payloads ends after a few events, and the payloads of
the others were read in vain."""
CHUNKS_AT_ONCE = 16
"""The chunks of a history that one scan reads. A chunk holds the events of one group, often one to five."""

_events = msgspec.json.Decoder(list[HistoryEvent])


class HistorySlice(NamedTuple):
    """Events in the order that was asked for. `has_more` says that others follow in that order."""

    events: list[HistoryEvent]
    has_more: bool


def history_page(
    rows: Readable, id: str, after: int | None, size: int, *, reverse: bool = False, payloads: bool = True
) -> HistorySlice:
    """At most `size` events that follow the event `after` in the order asked for; from the first or last one if None.

    The page is shorter if its texts would have more than PAGE_CHARACTERS_MAX characters. Without `payloads`, inputs,
    outputs and parameters are left as they are stored and are not read.
    """
    found = read_header(rows, id)
    total = 0 if found is None else found.events
    if reverse:
        last = total if after is None else after - 1
        first = max(last - size + 1, 1)
    else:
        first = 1 if after is None else after + 1
        last = min(first + size - 1, total)
    events: list[HistoryEvent] = []
    characters = 0
    for event in _in_order(rows, id, first, last, reverse=reverse, payloads=payloads):
        characters += _characters(event)
        if events and characters > PAGE_CHARACTERS_MAX:
            return HistorySlice(events, has_more=True)
        events.append(event)
    return HistorySlice(events, bool(events) and events[-1].id != (1 if reverse else total))


def read_history(rows: Readable, id: str, first: int, last: int, *, payloads: bool = True) -> list[HistoryEvent]:
    """The events with ids from `first` to `last`, in order. Payloads are JSON texts in their details, or, without
    `payloads`, as they are stored."""
    found: list[HistoryEvent] = []
    for event in _stored(rows, id, first):
        if event.id > last:
            break
        if event.id >= first:
            found.append(event)
    if not payloads:
        return found
    texts = Payloads(rows, id, (payload for event in found for payload in _payloads_of(event)))
    return [_with_texts(event, texts) for event in found]


def _in_order(
    rows: Readable, id: str, first: int, last: int, *, reverse: bool, payloads: bool
) -> Iterator[HistoryEvent]:
    """The events from `first` to `last` in either order, of which EVENTS_AT_ONCE are read together."""
    while first <= last:
        if reverse:
            start = max(last - EVENTS_AT_ONCE + 1, first)
            yield from reversed(read_history(rows, id, start, last, payloads=payloads))
            last = start - 1
        else:
            end = min(first + EVENTS_AT_ONCE - 1, last)
            yield from read_history(rows, id, first, end, payloads=payloads)
            first = end + 1


def _stored(rows: Readable, id: str, first: int) -> Iterator[HistoryEvent]:
    """The events as they are stored, from the first one of the chunk that holds `first`."""
    prefix = keys.history_prefix(id)
    # The chunk that holds `first` is the last one that begins at or before it.
    chunks = rows.scan(prefix, after=keys.history(id, first + 1), limit=1, reverse=True) or rows.scan(prefix, limit=1)
    if not chunks:
        return
    for page in chain([chunks], scan_pages(rows, prefix, chunks[-1][0], size=CHUNKS_AT_ONCE)):
        for _, row in page:
            yield from _events.decode(row)


def _characters(event: HistoryEvent) -> int:
    return sum(len(detail) for detail in (event.details or {}).values() if isinstance(detail, str))


def _payloads_of(event: HistoryEvent) -> Iterator[Any]:
    details = event.details or {}
    for name in PAYLOADS:
        yield details.get(name)
    yield from details.get("assignedVariables", {}).values()


def _with_texts(event: HistoryEvent, texts: Payloads) -> HistoryEvent:
    """The event with the text of every payload."""
    if not event.details:
        return event
    details = dict(event.details)
    for name in PAYLOADS:
        if name in details:
            details[name] = texts.text(details[name])
    if "assignedVariables" in details:
        assigned = details["assignedVariables"]
        details["assignedVariables"] = {name: str(texts.text(payload)) for name, payload in assigned.items()}
    return HistoryEvent(event.id, event.previous, event.timestamp, event.type, event.scope, details)


def execution_with_history(rows: Readable, id: str) -> tuple[Execution, list[HistoryEvent]] | None:
    """An execution with its payloads and its whole history, None if it does not exist."""
    execution = read_execution(rows, id)
    return None if execution is None else (execution, read_history(rows, id, 1, execution.events))
