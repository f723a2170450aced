"""Lists of executions across state machines, by one set of filters, newest first.

The lists on disk are by machine and by status and machine; those that are asked for are merged as they are read. One
request looks at a bounded number of rows: where filters leave little of them, a page is short and its token leads on.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from statemachine.checkpoint import keys
from statemachine.checkpoint.glance import glance_at_ending
from statemachine.checkpoint.read import read_listing
from statemachine.core.model import ENDED, UNENDED
from statemachine.host import Host
from statemachine.service.executions import listed
from statemachine.service.paging import make_token, page_size, read_token
from statemachine.store.base import Store

EXAMINED_MAX = 1_000
"""Rows that one request looks at."""
CHUNK_MAX = 256
STATUSES = (*UNENDED, *ENDED)


@dataclass(frozen=True)
class Filter:
    """Which executions are wanted: those for which everything holds that is given. Moments are epoch seconds, compared
    as milliseconds: at or after `started_after`, before `started_before`. `error_contains` is looked for in the error
    and in the cause, whatever the case of its letters."""

    machines: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    started_after: float | None = None
    started_before: float | None = None
    name_prefix: str = ""
    error_contains: str = ""


class Listings:
    """The verbs on all executions."""

    def __init__(self, host: Host, clock: Callable[[], float]) -> None:
        self._host = host
        self._clock = clock

    async def list_page(
        self, wanted: Filter, *, max_results: int | None = None, next_token: str | None = None
    ) -> dict[str, Any]:
        """Executions that the filter lets through, newest first. A page may be short, even empty, and have a token."""
        question = ("executions", wanted)
        position = read_token(next_token, question, self._clock())
        # Of thousands of machines this reads as many rows: not for the loop.
        found, more = await asyncio.to_thread(_page, self._host.store, wanted, position, page_size(max_results))
        page: dict[str, Any] = {"executions": found}
        if more is not None:
            page["nextToken"] = make_token(more, question, self._clock())
        return page


def _page(store: Store, wanted: Filter, position: str, size: int) -> tuple[list[dict[str, Any]], str | None]:
    """The executions behind `position`, and the position that leads on, None at the end."""
    prefixes = list(_prefixes(store, wanted))
    chunk = max((size + 1) // (len(prefixes) or 1), 2)
    found: list[dict[str, Any]] = []
    examined = 0
    last = position
    for place, row in heapq.merge(*(_places(store, prefix, wanted, position, chunk) for prefix in prefixes)):
        if len(found) == size or examined >= EXAMINED_MAX:
            return found, last
        if place == last:
            continue  # it changed its status while the lists were read, and stands in two of them
        last = place
        examined += 1
        id = keys.listed_id(place)
        if not id.partition(":")[2].startswith(wanted.name_prefix):
            continue
        listing = _listing(store, wanted, id, place, row)
        if listing is None:
            continue
        if wanted.error_contains:
            examined += 1
            if not _failed_so(store, id, wanted.error_contains.casefold()):
                continue
        found.append(listing)
    return found, None


def _listing(store: Store, wanted: Filter, id: str, place: str, row: bytes) -> dict[str, Any] | None:
    """What is shown of an execution, None where its status is not wanted."""
    # A list by status only points at the full one.
    source = store.get(keys.listed_prefix(keys.machine_of(id)) + place) if wanted.statuses else row
    if source is None:
        return None
    listing = read_listing(source)
    if wanted.statuses and listing["status"] not in wanted.statuses:
        return None
    if wanted.error_contains and listing["status"] in (*UNENDED, "SUCCEEDED"):
        return None
    return {**listed(listing), "machine": keys.machine_of(id)}


def _failed_so(store: Store, id: str, text: str) -> bool:
    ending = glance_at_ending(store, id)
    return ending is not None and (text in (ending.error or "").casefold() or text in (ending.cause or "").casefold())


def _prefixes(store: Store, wanted: Filter) -> Iterator[str]:
    """The lists on disk that are to be merged."""
    for base in [keys.by_status_prefix(status) for status in wanted.statuses] or [keys.LISTED]:
        for machine in wanted.machines or _machines(store, base):
            yield f"{base}{machine}/"


def _machines(store: Store, base: str) -> Iterator[str]:
    """The machines that have executions there, deleted ones too: one look-up for each."""
    after = ""
    while rows := store.scan(base, after=after, limit=1):
        machine = rows[0][0].removeprefix(base).partition("/")[0]
        yield machine
        after = keys.after_machine(base, machine)


def _places(store: Store, prefix: str, wanted: Filter, position: str, chunk: int) -> Iterator[tuple[str, bytes]]:
    """The rows of one list behind `position`, read in chunks that grow. Places compare across lists."""
    after = prefix + position if position else ""
    if wanted.started_before is not None:
        after = max(after, keys.started_bound(prefix, wanted.started_before))
    before = None if wanted.started_after is None else keys.started_bound(prefix, wanted.started_after)
    while True:
        rows = store.scan(prefix, after=after, before=before, limit=chunk)
        for key, row in rows:
            yield key.removeprefix(prefix), row
        if len(rows) < chunk:
            return
        after = rows[-1][0]
        chunk = min(chunk * 2, CHUNK_MAX)
