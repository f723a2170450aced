"""Revisions: a history in order, whoever wrote it, and changes that hold only for the revision they were made for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from statemachine.arn import parse_arn
from statemachine.checkpoint import keys
from statemachine.errors import ServiceError
from statemachine.registry.machines import Configuration
from statemachine.store.memory import MemoryStore
from tests.engine.definitions import PASS, wait
from tests.engine.in_memory_server import InMemoryServer, in_memory_server
from tests.service.refusals import refusal


async def change(server: InMemoryServer, arn: str, definition: Any, *expected: str) -> str:
    changed = await server.service.state_machines.change(
        parse_arn(arn, "stateMachine"), json.dumps(definition), None, Configuration(), expected or None
    )
    revision: str = changed["revisionId"]
    return revision


async def history(server: InMemoryServer, arn: str, size: int = 100) -> list[str]:
    """The ids on all pages."""
    found: list[str] = []
    token = None
    while True:
        page = await server.service.revisions.list_page(state_machine_arn=arn, max_results=size, next_token=token)
        found += [revision["revisionId"] for revision in page["revisions"]]
        token = page.get("nextToken")
        if token is None:
            return found


@pytest.mark.parametrize("size", [1, 2, 100])
async def test_revisions_newest_first(size: int) -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        made = [server.service.revisions.current(state_machine_arn=arn)]
        made += [await change(server, arn, wait(seconds)) for seconds in range(1, 6)]
        assert await history(server, arn, size) == made[::-1]
        described = await server.service.revisions.describe(state_machine_arn=arn, revision_id=made[2])
        assert json.loads(described["definition"]) == wait(2)


async def test_no_change_makes_no_revision() -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        await change(server, arn, PASS)
        assert len(await history(server, arn)) == 1


async def test_a_change_for_another_revision_is_refused() -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        first = server.service.revisions.current(state_machine_arn=arn)
        second = await change(server, arn, wait(1), first)
        before = server.store.scan("")
        assert (await refusal(change(server, arn, wait(2), first))).code == "PreconditionFailed"
        removal = server.service.state_machines.remove(parse_arn(arn, "stateMachine"), [first])
        assert (await refusal(removal)).code == "PreconditionFailed"
        assert server.store.scan("") == before
        await change(server, arn, wait(3), first, second)


async def test_a_machine_of_the_same_name_has_a_history_of_its_own() -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        old = await change(server, arn, wait(1))
        await server.service.state_machines.delete(state_machine_arn=arn)
        server.clock.now += 1
        await server.create(wait(2))
        assert await history(server, arn) == [server.service.revisions.current(state_machine_arn=arn)]
        asked = server.service.revisions.describe(state_machine_arn=arn, revision_id=old)
        assert (await refusal(asked)).code == "RevisionDoesNotExist"


def as_written_before(store: MemoryStore) -> MemoryStore:
    """The store as an earlier version left it: revisions without numbers."""
    older = MemoryStore()
    rows: dict[str, bytes | None] = {}
    for key, row in store.scan(""):
        if key.startswith(keys.MACHINES):
            rows[key] = json.dumps(json.loads(row) | {"revisions": 0}).encode()
        elif not key.startswith("m/hist/"):
            rows[key] = row
    older.commit(rows, {}, 0)
    return older


@pytest.mark.parametrize("size", [1, 2, 100])
async def test_a_store_of_an_earlier_version(size: int) -> None:
    store = MemoryStore()
    async with in_memory_server(store) as server:
        arn = await server.create(PASS)
        made = [server.service.revisions.current(state_machine_arn=arn)]
        for seconds in (1, 2):
            server.clock.now += 1
            made.append(await change(server, arn, wait(seconds)))
    async with in_memory_server(as_written_before(store)) as server:
        assert await history(server, arn, size) == made[::-1]
        for seconds in (3, 4):
            server.clock.now += 100
            made.append(await change(server, arn, wait(seconds)))
            assert await history(server, arn, size) == made[::-1]


@pytest.mark.parametrize("id", ["", "x", "..", "\0", "a/b"])
async def test_what_is_no_revision(id: str) -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        with pytest.raises(ServiceError, match="no revision"):
            await server.service.revisions.describe(state_machine_arn=arn, revision_id=id)
