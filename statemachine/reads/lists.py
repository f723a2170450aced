"""Lists of executions across state machines, by one set of filters, newest first.

There is one list for each state machine, and one for each status of each state machine. The lists that a filter needs
are merged while they are read. One look examines a bounded number of rows. If few of them pass the filter, the page is
short and has a next page.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
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
"""Rows that one scan of a list reads. The first scan reads fewer, because most lists give only a few rows of a page."""


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
    """One execution of a page; `machine` is the name of its state machine."""

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
    is searched for in the error and in the cause, without regard to upper and lower case.
    """

    machines: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    started_after: float | None = None
    started_before: float | None = None
    name_prefix: str = ""
    error_contains: str = ""


class ErrorAndCause(msgspec.Struct, frozen=True):
    """These two members of a header's row."""

    error: str | None = None
    cause: str | None = None


_list_rows = msgspec.json.Decoder(ListRow)
_errors = msgspec.json.Decoder(ErrorAndCause)


def list_page(rows: Readable, wanted: Filter, position: str, size: int) -> ListPage:
    """At most `size` executions that pass the filter, after `position`, newest first; "" begins with the newest."""
    prefixes = list(_prefixes(rows, wanted))
    # The first scan of each list reads its share of the page and of the one row that shows whether more follow.
    chunk = max((size + 1) // (len(prefixes) or 1), 2)
    found: list[Listed] = []
    examined = 0
    last = position
    found_in_lists = (_places(rows, prefix, wanted, position, chunk) for prefix in prefixes)
    for place, row in heapq.merge(*found_in_lists, key=itemgetter(0)):
        if len(found) == size or examined >= EXAMINED_MAX:
            return ListPage(found, last)
        if place == last:
            continue  # it is in two lists: a status or a state machine was named twice
        last = place
        examined += 1
        id = keys.listed_id(place)
        if not _is_wanted(row, id, wanted):
            continue
        if wanted.error_contains:
            examined += 1
            if not _error_contains(rows, id, wanted.error_contains.casefold()):
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


def _error_contains(rows: Readable, id: str, text: str) -> bool:
    row = rows.get(keys.head(id))
    if row is None:
        return False
    failure = _errors.decode(row)
    return text in (failure.error or "").casefold() or text in (failure.cause or "").casefold()


def _prefixes(rows: Readable, wanted: Filter) -> Iterator[str]:
    """The lists that are to be merged."""
    for base in [keys.by_status_prefix(status) for status in wanted.statuses] or [keys.LISTED]:
        for machine in wanted.machines or _machines(rows, base):
            yield f"{base}{machine}/"


def _machines(rows: Readable, base: str) -> Iterator[str]:
    """The state machines that have executions there, deleted ones too. Makes one scan for each."""
    after = ""
    while found := rows.scan(base, after=after, limit=1):
        machine = found[0][0].removeprefix(base).partition("/")[0]
        yield machine
        after = keys.after_machine(base, machine)


def _places(rows: Readable, prefix: str, wanted: Filter, position: str, chunk: int) -> Iterator[tuple[str, ListRow]]:
    """The executions of one list after `position`, each with its place. Places are in one order across all lists."""
    after = prefix + position if position else ""
    if wanted.started_before is not None:
        after = max(after, keys.started_bound(prefix, wanted.started_before))
    before = None if wanted.started_after is None else keys.started_bound(prefix, wanted.started_after)
    for page in scan_pages(rows, prefix, after, before=before, size=chunk, size_max=CHUNK_MAX):
        yield from _with_rows(rows, prefix, page, by_status=bool(wanted.statuses))


def _with_rows(
    rows: Readable, prefix: str, found: list[tuple[str, bytes]], *, by_status: bool
) -> Iterator[tuple[str, ListRow]]:
    """The place of each execution with its list row."""
    places = [key.removeprefix(prefix) for key, _ in found]
    if not by_status:
        yield from ((place, _list_rows.decode(row)) for place, (_, row) in zip(places, found, strict=True))
        return
    # A list by status holds ids only. The list row is in the list of the state machine.
    full = [keys.listed_prefix(machine_of(keys.listed_id(place))) + place for place in places]
    listings = rows.gather(full) if full else {}
    for place, key in zip(places, full, strict=True):
        yield place, _list_rows.decode(listings[key])
