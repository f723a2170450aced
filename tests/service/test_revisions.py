"""Revisions: a history in order, and changes that are made only to the revision that was expected."""

from __future__ import annotations

import json
from typing import Any

import pytest

from statemachine.errors import ServiceError
from statemachine.testing import InMemoryServer, in_memory_server
from tests.engine.definitions import PASS, wait
from tests.service.refusals import refusal


async def change(server: InMemoryServer, arn: str, definition: Any, *expected: str) -> str:
    changed = await server.ask(
        "UpdateStateMachine", state_machine_arn=arn, definition=json.dumps(definition), expected=expected or None
    )
    revision: str = changed["revisionId"]
    return revision


async def current(server: InMemoryServer, arn: str) -> str:
    described = await server.ask("DescribeStateMachine", state_machine_arn=arn, tell_revision=True)
    revision: str = described["revisionId"]
    return revision


async def history(server: InMemoryServer, arn: str, size: int = 100) -> list[str]:
    """The ids on all pages."""
    found: list[str] = []
    token = None
    while True:
        page = await server.ask("ListRevisions", state_machine_arn=arn, max_results=size, next_token=token)
        found += [revision["revisionId"] for revision in page["revisions"]]
        token = page.get("nextToken")
        if token is None:
            return found


@pytest.mark.parametrize("size", [1, 2, 100])
async def test_revisions_are_listed_newest_first(size: int) -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        made = [await current(server, arn)]
        made += [await change(server, arn, wait(seconds)) for seconds in range(1, 6)]
        assert await history(server, arn, size) == made[::-1]
        described = await server.ask("DescribeRevision", state_machine_arn=arn, revision_id=made[2])
        assert json.loads(described["definition"]) == wait(2)


async def test_no_change_makes_no_revision() -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        await change(server, arn, PASS)
        assert len(await history(server, arn)) == 1


async def test_a_change_of_an_unexpected_revision_is_refused() -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        first = await current(server, arn)
        second = await change(server, arn, wait(1), first)
        before = server.store.scan("")
        assert (await refusal(change(server, arn, wait(2), first))).code == "PreconditionFailed"
        removal = server.ask("DeleteStateMachine", state_machine_arn=arn, expected=[first])
        assert (await refusal(removal)).code == "PreconditionFailed"
        assert server.store.scan("") == before
        await change(server, arn, wait(3), first, second)


async def test_a_later_state_machine_of_the_same_name_has_its_own_revisions() -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        old = await change(server, arn, wait(1))
        await server.ask("DeleteStateMachine", state_machine_arn=arn)
        server.clock.now += 1
        await server.create(wait(2))
        assert await history(server, arn) == [await current(server, arn)]
        asked = server.ask("DescribeRevision", state_machine_arn=arn, revision_id=old)
        assert (await refusal(asked)).code == "RevisionDoesNotExist"


@pytest.mark.parametrize("id", ["", "x", "..", "\0", "a/b"])
async def test_an_unknown_revision_is_refused(id: str) -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        with pytest.raises(ServiceError, match="no revision"):
            await server.ask("DescribeRevision", state_machine_arn=arn, revision_id=id)
