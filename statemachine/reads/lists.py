"""Lists of executions across state machines, by one set of filters, newest first.

The rows of a list are by state machine, and by status and state machine. The lists that are asked for are merged as
they are read. One look examines a bounded number of rows: if filters leave little of them, a page is short and leads
on.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from statemachine.checkpoint import keys
from statemachine.core.ids import machine_of, name_of
from statemachine.core.model import UNENDED, UNSUCCESSFUL
from statemachine.store.interface import Readable
from statemachine.store.pages import scan_pages

EXAMINED_MAX = 1_000
"""Rows that one look examines."""
CHUNK_MAX = 256


class ListRow(msgspec.Struct, frozen=True):
    """One row of a list of executions; the members are those that `checkpoint.write.list_row` writes."""

    arn: str
    machine_arn: str
    name: str
    status: str
    started: float
    stopped: float | None = None
    redrives: int = 0


class Listed(NamedTuple):
    """One execution of a page; `machine` is the state machine's name."""

    machine: str
    row: ListRow


class ListPage(NamedTuple):
    """Executions, and the position after which the next page begins, None at the end."""

    executions: list[Listed]
    next_position: str | None


@dataclass(frozen=True)
class Filter:
    """Which executions are wanted: those for which every given member holds.

    `started_after` (at or after it) and `started_before` are epoch seconds, compared as milliseconds. `error_contains`
    is looked for in the error and in the cause, in any case of its letters.
    """

    machines: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    started_after: float | None = None
    started_before: float | None = None
    name_prefix: str = ""
    error_contains: str = ""


class StoredEnding(msgspec.Struct, frozen=True):
    error: str | None = None
    cause: str | None = None


_list_rows = msgspec.json.Decoder(ListRow)
_endings = msgspec.json.Decoder(StoredEnding)


def list_page(rows: Readable, wanted: Filter, position: str, size: int) -> ListPage:
    """At most `size` executions behind `position` ("": from the newest on) that the filter lets through."""
    prefixes = list(_prefixes(rows, wanted))
    chunk = max((size + 1) // (len(prefixes) or 1), 2)
    found: list[Listed] = []
    examined = 0
    last = position
    for place, row in heapq.merge(*(_places(rows, prefix, wanted, position, chunk) for prefix in prefixes)):
        if len(found) == size or examined >= EXAMINED_MAX:
            return ListPage(found, last)
        if place == last:
            continue  # it changed its status while the lists were read, and stands in two of them
        last = place
        examined += 1
        id = keys.listed_id(place)
        if row is None or not _is_wanted(row, id, wanted):
            continue
        if wanted.error_contains:
            examined += 1
            if not _failed_so(rows, id, wanted.error_contains.casefold()):
                continue
        found.append(Listed(machine_of(id), row))
    return ListPage(found, None)


def unended_executions(rows: Readable, machine: str, limit: int) -> list[str]:
    """The ids of executions of a state machine that have not ended, at most `limit` for each status."""
    found = [row for status in UNENDED for row in rows.scan(keys.by_status_prefix(status, machine), limit=limit)]
    return [keys.listed_id(key) for key, _ in found]


def latest_execution(rows: Readable, machine: str) -> str | None:
    """The id of the execution of a state machine that was started last."""
    found = rows.scan(keys.listed_prefix(machine), limit=1)
    return keys.listed_id(found[0][0]) if found else None


def _is_wanted(row: ListRow, id: str, wanted: Filter) -> bool:
    if not name_of(id).startswith(wanted.name_prefix):
        return False
    if wanted.statuses and row.status not in wanted.statuses:
        return False
    return not wanted.error_contains or row.status in UNSUCCESSFUL


def _failed_so(rows: Readable, id: str, text: str) -> bool:
    row = rows.get(keys.head(id))
    if row is None:
        return False
    ending = _endings.decode(row)
    return text in (ending.error or "").casefold() or text in (ending.cause or "").casefold()


def _prefixes(rows: Readable, wanted: Filter) -> Iterator[str]:
    """The lists that are to be merged."""
    for base in [keys.by_status_prefix(status) for status in wanted.statuses] or [keys.LISTED]:
        for machine in wanted.machines or _machines(rows, base):
            yield f"{base}{machine}/"


def _machines(rows: Readable, base: str) -> Iterator[str]:
    """The state machines that have executions there, deleted ones too: one look-up for each."""
    after = ""
    while found := rows.scan(base, after=after, limit=1):
        machine = found[0][0].removeprefix(base).partition("/")[0]
        yield machine
        after = keys.after_machine(base, machine)


def _places(
    rows: Readable, prefix: str, wanted: Filter, position: str, chunk: int
) -> Iterator[tuple[str, ListRow | None]]:
    """The executions of one list behind `position`, read in chunks that grow. Their places compare across lists."""
    after = prefix + position if position else ""
    if wanted.started_before is not None:
        after = max(after, keys.started_bound(prefix, wanted.started_before))
    before = None if wanted.started_after is None else keys.started_bound(prefix, wanted.started_after)
    for page in scan_pages(rows, prefix, after, before=before, size=chunk, size_max=CHUNK_MAX):
        yield from _listed(rows, prefix, page, by_status=bool(wanted.statuses))


def _listed(
    rows: Readable, prefix: str, found: list[tuple[str, bytes]], *, by_status: bool
) -> Iterator[tuple[str, ListRow | None]]:
    """The place of each row with its row; None for an execution that was deleted in the meantime."""
    places = [key.removeprefix(prefix) for key, _ in found]
    if not by_status:
        yield from ((place, _list_rows.decode(row)) for place, (_, row) in zip(places, found, strict=True))
        return
    # A list by status only points at the full one.
    full = [keys.listed_prefix(machine_of(keys.listed_id(place))) + place for place in places]
    listings = rows.gather(full) if full else {}
    for place, key in zip(places, full, strict=True):
        row = listings.get(key)
        yield place, None if row is None else _list_rows.decode(row)
