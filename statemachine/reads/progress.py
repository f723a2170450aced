"""The progress of an execution: its header and the tallies of its states, read together. Must not read a history."""

from __future__ import annotations

from typing import NamedTuple

from statemachine.checkpoint.read import read_tallies
from statemachine.core.tally import Tally
from statemachine.reads.headers import Header, read_header
from statemachine.store.interface import Readable


class StoredProgress(NamedTuple):
    """The header, and the tallies by the names of the states."""

    header: Header
    tallies: dict[str, Tally]


def read_progress(rows: Readable, id: str, since: int) -> StoredProgress | None:
    """Header and tallies of an execution, None if it does not exist. The tallies are read only if an event came after
    `since`."""
    found = read_header(rows, id)
    if found is None:
        return None
    return StoredProgress(found, read_tallies(rows, id) if found.events > since else {})
