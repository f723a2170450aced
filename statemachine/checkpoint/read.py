"""Rows to executions with their scopes. Changes nothing. Must not know who reads them."""

from __future__ import annotations

from typing import Any

import msgspec

from statemachine.checkpoint import keys
from statemachine.core.model import Checkpoint, Execution, Scope
from statemachine.core.payload import Payload
from statemachine.core.tally import Tally
from statemachine.store.interface import Readable, StoreDamaged

_tallies = msgspec.json.Decoder(dict[str, Tally])


def read_execution(store: Readable, id: str) -> Execution | None:
    """The header of an execution, None if there is no such execution. Raises StoreDamaged if a payload is missing."""
    row = store.get(keys.head(id))
    return None if row is None else _decoder(store, id, Execution).decode(row)


def read_checkpoint(store: Readable, id: str) -> Checkpoint | None:
    """The header, all scopes and the tallies of an execution, None if there is no such execution.

    Raises StoreDamaged if a payload is missing.
    """
    execution = read_execution(store, id)
    if execution is None:
        return None
    decoder = _decoder(store, id, Scope)
    scopes = (decoder.decode(row) for _, row in store.scan(keys.scope(id, "")))
    return Checkpoint(execution, {scope.path: scope for scope in scopes}, read_tallies(store, id))


def read_tallies(store: Readable, id: str) -> dict[str, Tally]:
    """The tallies of an execution by state name, in the order in which the states were first entered."""
    row = store.get(keys.tallies(id))
    return {} if row is None else _tallies.decode(row)


def _decoder(store: Readable, id: str, type_: type[Any]) -> msgspec.json.Decoder[Any]:
    def decode(expected: type[Any], value: Any) -> Any:
        assert expected is Payload
        if isinstance(value, str):
            return Payload(text=value)
        payload = Payload(text=_text(store, id, value))
        payload.stored = value
        return payload

    return msgspec.json.Decoder(type_, dec_hook=decode)


def _text(store: Readable, id: str, number: int) -> str:
    row = store.get(keys.data(id, number))
    if row is None:
        raise StoreDamaged(f"payload {number} of {id} is missing")
    return row.decode()
