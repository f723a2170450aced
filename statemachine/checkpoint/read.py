"""Rows to executions, histories and list entries. Knows the layout; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from statemachine.checkpoint import keys
from statemachine.core.model import Checkpoint, Execution, HistoryEvent, Scope
from statemachine.core.payload import Payload
from statemachine.core.tally import Tally
from statemachine.store.base import Store

_tallies = msgspec.json.Decoder(dict[str, Tally])
_events = msgspec.json.Decoder(list[HistoryEvent])


def read_execution(store: Store, id: str) -> Execution | None:
    """The header of an execution, None if there is no such execution."""
    row = store.get(keys.head(id))
    return None if row is None else _decoder(store, id, Execution).decode(row)


def read_checkpoint(store: Store, id: str) -> Checkpoint | None:
    """The header, all scopes and the tallies of an execution, None if there is no such execution."""
    execution = read_execution(store, id)
    if execution is None:
        return None
    decoder = _decoder(store, id, Scope)
    scopes = (decoder.decode(row) for _, row in store.scan(keys.scope(id, "")))
    return Checkpoint(execution, {scope.path: scope for scope in scopes}, read_tallies(store, id))


def read_tallies(store: Store, id: str) -> dict[str, Tally]:
    """The tallies of an execution by state name, in the order in which the states were first entered."""
    row = store.get(keys.tallies(id))
    return {} if row is None else _tallies.decode(row)


def read_history(store: Store, id: str, first: int, last: int) -> list[HistoryEvent]:
    """The events with ids from `first` to `last`, in order. Payloads in their details are JSON texts."""
    prefix = keys.history_prefix(id)
    # The event `first` is in the last chunk that begins at or before it.
    start = store.scan(prefix, after=keys.history(id, first + 1), limit=1, reverse=True)
    found: list[HistoryEvent] = []
    for row in _chunks(store, prefix, start):
        for event in _events.decode(row):
            if event.id > last:
                return found
            if event.id >= first:
                found.append(_with_texts(store, id, event))
    return found


def read_listing(row: bytes) -> dict[str, Any]:
    """The entry of a list (see `write.listing`)."""
    listing: dict[str, Any] = msgspec.json.decode(row)
    return listing


def _chunks(store: Store, prefix: str, start: list[tuple[str, bytes]]) -> Iterator[bytes]:
    rows = start or store.scan(prefix, limit=1)
    while rows:
        for _, row in rows:
            yield row
        rows = store.scan(prefix, after=rows[-1][0], limit=16)


def _decoder(store: Store, id: str, type_: type[Any]) -> msgspec.json.Decoder[Any]:
    def decode(expected: type[Any], value: Any) -> Any:
        assert expected is Payload
        if isinstance(value, str):
            return Payload(text=value)
        payload = Payload(text=_text(store, id, value))
        payload.stored = value
        return payload

    return msgspec.json.Decoder(type_, dec_hook=decode)


def _text(store: Store, id: str, number: int) -> str:
    row = store.get(keys.data(id, number))
    assert row is not None, f"payload {number} of {id} is missing"
    return row.decode()


def _with_texts(store: Store, id: str, event: HistoryEvent) -> HistoryEvent:
    """The event, with the text of each payload that has a row of its own in place of the number of that row."""
    details = event.details
    if not details:
        return event
    resolved = dict(details)
    for name in ("input", "output", "parameters"):
        if isinstance(details.get(name), int):
            resolved[name] = _text(store, id, details[name])
    if "assignedVariables" in details:
        resolved["assignedVariables"] = {
            name: _text(store, id, text) if isinstance(text, int) else text
            for name, text in details["assignedVariables"].items()
        }
    return HistoryEvent(event.id, event.previous, event.timestamp, event.type, event.scope, resolved)
