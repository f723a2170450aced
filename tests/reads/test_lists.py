"""Lists of executions across machines: every filter, in every combination of pages, gives what a look at all would."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from statemachine.checkpoint import keys
from statemachine.checkpoint.write import GroupRows, list_row
from statemachine.core.model import Execution
from statemachine.core.payload import Payload
from statemachine.reads import lists
from statemachine.reads.lists import Filter, ListRow, list_page
from statemachine.store.interface import Readable, Store
from statemachine.store.memory import MemoryStore
from statemachine.store.sqlite import SqliteStore
from statemachine.testing import START, InMemoryServer, in_memory_server
from tests.engine.definitions import FAIL, PASS, wait
from tests.service.refusals import refusal

MACHINES = {"a": PASS, "a!": FAIL, "a0": wait(1_000), "b": PASS}
"""Names that sort around each other's keys."""


@asynccontextmanager
async def filled(store: MemoryStore | None = None) -> AsyncIterator[InMemoryServer]:
    """Four executions of each machine, a second and a bit apart, their starts interleaved."""
    async with in_memory_server(store) as server:
        arns = [await server.create(definition, name) for name, definition in MACHINES.items()]
        for number, arn in itertools.product(range(4), arns):
            server.clock.now += 1.0005
            await server.start(arn, name=f"{'odd' if number % 2 else 'even'}-{number}")
        await server.settle()
        yield server


def members(wanted: Filter) -> dict[str, Any]:
    """The members of a request with that filter."""
    filters = asdict(wanted)
    return {"machine": filters.pop("machines"), "status": filters.pop("statuses"), **filters}


async def listed(server: InMemoryServer, wanted: Filter, size: int = 100) -> list[dict[str, Any]]:
    """All pages together."""
    found: list[dict[str, Any]] = []
    token = None
    while True:
        page = await server.ask("ListFilteredExecutions", **members(wanted), max_results=size, next_token=token)
        found += page["executions"]
        token = page.get("nextToken")
        if token is None:
            return found
        assert len(page["executions"]) <= size


FILTERS = [
    Filter(),
    Filter(machines=("a!",)),
    Filter(machines=("a", "b", "nobody")),
    Filter(statuses=("RUNNING",)),
    Filter(statuses=("FAILED", "SUCCEEDED")),
    Filter(statuses=("PENDING",)),
    Filter(name_prefix="even-"),
    Filter(error_contains="BROK"),
    Filter(error_contains="on purpose", name_prefix="odd", statuses=("FAILED", "RUNNING")),
    Filter(error_contains="something else"),
    Filter(started_after=START + 5),
    Filter(started_before=START + 9.005),
    Filter(started_after=START + 3, started_before=START + 7, machines=("a", "a0")),
    Filter(started_after=START + 7, started_before=START + 3),
]


def holds(one: dict[str, Any], wanted: Filter) -> bool:
    """The meaning of a filter, execution by execution."""
    failure = "Broken on purpose" if one["machine"] == "a!" else ""
    moment = int(one["startDate"] * 1000)
    return (
        (not wanted.machines or one["machine"] in wanted.machines)
        and (not wanted.statuses or one["status"] in wanted.statuses)
        and one["name"].startswith(wanted.name_prefix)
        and wanted.error_contains.casefold() in failure.casefold()
        and (wanted.started_after is None or moment >= int(wanted.started_after * 1000))
        and (wanted.started_before is None or moment < int(wanted.started_before * 1000))
    )


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
@pytest.mark.parametrize("size", [1, 3, 100])
async def test_a_filter_lets_through_what_holds_newest_first(wanted: Filter, size: int) -> None:
    async with filled() as server:
        everything = await listed(server, Filter())
        assert len(everything) == 16
        assert everything == sorted(everything, key=lambda one: -one["startDate"])
        assert await listed(server, wanted, size) == [one for one in everything if holds(one, wanted)]


async def test_windows_of_time_share_nothing_and_lose_nothing() -> None:
    async with filled() as server:
        everything = await listed(server, Filter())
        moment = everything[5]["startDate"]
        later = await listed(server, Filter(started_after=moment))
        earlier = await listed(server, Filter(started_before=moment))
        assert later + earlier == everything
        assert later[-1] == everything[5]


@pytest.mark.parametrize("examined_max", [1, 2, 5])
async def test_a_request_looks_at_few_and_its_token_leads_on(
    examined_max: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "EXAMINED_MAX", examined_max)
    async with filled() as server:
        wanted = Filter(error_contains="broken")
        first = await server.ask("ListFilteredExecutions", **members(wanted))
        assert len(first["executions"]) < 4
        assert first["nextToken"]
        assert len(await listed(server, wanted)) == 4


class CountingStore(MemoryStore):
    """Counts the list rows and headers that are read."""

    def __init__(self) -> None:
        super().__init__()
        self.examined = 0

    def get(self, key: str) -> bytes | None:
        self.examined += key.endswith("/head")
        return super().get(key)


@pytest.mark.parametrize("examined_max", [2, 4, 6])
async def test_a_search_in_errors_counts_the_headers_that_it_reads(
    examined_max: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "EXAMINED_MAX", examined_max)
    store = CountingStore()
    async with filled(store):
        store.examined = 0
        page = list_page(store, Filter(machines=("a!",), error_contains="no such text"), "", 100)
        assert page.executions == []
        assert page.next_position is not None
        assert store.examined == examined_max // 2  # for each header there is a list row


def put(store: Store, status: str, before: str | None, epoch: int = 0) -> None:
    """Write an execution with this status, which had the status `before`."""
    arn = "arn:aws:states:us-east-1:000000000000:execution:m:e"
    rows = GroupRows()
    execution = Execution("m:e", arn, "e", arn, "m/1", "role", "seed", START, Payload(text="{}"), status=status)
    rows.put_header(execution, before)
    store.commit(rows.changed, rows.fresh, epoch)


class Interrupted:
    """Rows in which something happens as soon as the first list was read."""

    def __init__(self, rows: Readable, happens: list[Callable[[], None]]) -> None:
        self.get, self.gather = rows.get, rows.gather
        self._scan = rows.scan
        self._happens = happens

    def scan(self, *bounds: Any, **named: Any) -> list[tuple[str, bytes]]:
        found = self._scan(*bounds, **named)
        while self._happens:
            self._happens.pop()()
        return found


STATUSES = [("RUNNING", "SUCCEEDED"), ("SUCCEEDED", "RUNNING"), ("FAILED", "RUNNING")]


@pytest.mark.parametrize("statuses", STATUSES)
@pytest.mark.parametrize("reading", ["read", "survey"])
@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_a_page_is_of_one_moment_although_executions_end_while_it_is_read(
    statuses: tuple[str, str], reading: str, kind: str, tmp_path: Path
) -> None:
    store: Store = MemoryStore() if kind == "memory" else SqliteStore(tmp_path / "store.db")
    put(store, "RUNNING", None)
    end = "FAILED" if "FAILED" in statuses else "SUCCEEDED"

    def look(rows: Readable) -> lists.ListPage:
        happens = [] if rows.scan(keys.by_status_prefix(end)) else [lambda: put(store, end, "RUNNING", epoch=1)]
        return list_page(Interrupted(rows, happens), Filter(machines=("m",), statuses=statuses), "", 100)

    async with in_memory_server(store) as server:
        for status in ("RUNNING", end):
            page = await getattr(server.engine, reading)(look)
            assert [(found.row.name, found.row.status) for found in page.executions] == [("e", status)]


@pytest.mark.parametrize(
    "wanted", [Filter(machines=("m",), statuses=("RUNNING", "RUNNING")), Filter(machines=("m", "m"))], ids=str
)
def test_a_list_that_is_named_twice_gives_each_execution_once(wanted: Filter) -> None:
    store = MemoryStore()
    put(store, "RUNNING", None)
    assert [found.row.name for found in list_page(store, wanted, "", 100).executions] == ["e"]


async def test_executions_of_deleted_machines_are_listed() -> None:
    async with filled() as server:
        await server.ask("DeleteStateMachine", state_machine_arn=await server.create(PASS, "b"))
        assert len(await listed(server, Filter(machines=("b",)))) == 4
        assert len(await listed(server, Filter())) == 16


async def test_a_token_belongs_to_its_filter() -> None:
    async with filled() as server:
        wanted = Filter(name_prefix="even")
        page = await server.ask("ListFilteredExecutions", **members(wanted), max_results=1)
        token = page["nextToken"]
        other = replace(wanted, name_prefix="odd")
        assert (
            await refusal(server.ask("ListFilteredExecutions", **members(other), next_token=token))
        ).code == "InvalidToken"


def test_a_list_row_is_read_as_it_is_written() -> None:
    arn = "arn:aws:states:us-east-1:000000000000:execution:m:e"
    execution = Execution("m:e", arn, "e", arn, "m/1", "role", "seed", START, Payload(text="{}"))
    assert msgspec.structs.asdict(msgspec.convert(list_row(execution), ListRow)) == list_row(execution)
