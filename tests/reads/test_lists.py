"""Lists of executions across machines: every filter, in every combination of pages, gives what a look at all would."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from statemachine.reads import lists
from statemachine.reads.lists import Filter
from statemachine.testing import START, InMemoryServer, in_memory_server
from tests.engine.definitions import FAIL, PASS, wait
from tests.service.refusals import refusal

MACHINES = {"a": PASS, "a!": FAIL, "a0": wait(1_000), "b": PASS}
"""Names that sort around each other's keys."""


@asynccontextmanager
async def filled() -> AsyncIterator[InMemoryServer]:
    """Four executions of each machine, a second and a bit apart, their starts interleaved."""
    async with in_memory_server() as server:
        arns = [await server.create(definition, name) for name, definition in MACHINES.items()]
        for number, arn in itertools.product(range(4), arns):
            server.clock.now += 1.0005
            await server.start(arn, name=f"{'odd' if number % 2 else 'even'}-{number}")
        await server.settle()
        yield server


async def listed(server: InMemoryServer, wanted: Filter, size: int = 100) -> list[dict[str, Any]]:
    """All pages together."""
    found: list[dict[str, Any]] = []
    token = None
    while True:
        page = await server.ask("ListFilteredExecutions", wanted=wanted, max_results=size, next_token=token)
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
        first = await server.ask("ListFilteredExecutions", wanted=wanted)
        assert len(first["executions"]) < 4
        assert first["nextToken"]
        assert len(await listed(server, wanted)) == 4


async def test_executions_of_deleted_machines_are_listed() -> None:
    async with filled() as server:
        await server.ask("DeleteStateMachine", state_machine_arn=await server.create(PASS, "b"))
        assert len(await listed(server, Filter(machines=("b",)))) == 4
        assert len(await listed(server, Filter())) == 16


async def test_a_token_belongs_to_its_filter() -> None:
    async with filled() as server:
        wanted = Filter(name_prefix="even")
        page = await server.ask("ListFilteredExecutions", wanted=wanted, max_results=1)
        token = page["nextToken"]
        other = replace(wanted, name_prefix="odd")
        assert (
            await refusal(server.ask("ListFilteredExecutions", wanted=other, next_token=token))
        ).code == "InvalidToken"
