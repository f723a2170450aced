"""Starts with an idempotency key: one execution for each key and state machine, also across restarts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from statemachine.errors import ServiceError
from statemachine.service.executions.start import name_of_key
from statemachine.store.memory import MemoryStore
from statemachine.testing import InMemoryServer, in_memory_server
from tests.engine.definitions import PASS, wait
from tests.service.refusals import refusal


async def start(
    server: InMemoryServer, arn: str, key: str = "k", input: str = "1", **more: Any
) -> tuple[dict[str, Any], bool]:
    started = await server.ask("StartExecutionWithKey", key=key, state_machine_arn=arn, input=input, **more)
    is_new: bool = started.pop("isNew")
    return started, is_new


@pytest.mark.parametrize("definition", [PASS, wait(60)])
async def test_the_same_start_again_finds_the_execution(definition: Any) -> None:
    """Running, ended, and in the next process."""
    store = MemoryStore()
    async with in_memory_server(store) as server:
        arn = await server.create(definition)
        first, is_new = await start(server, arn)
        assert is_new
        server.clock.now += 1
        assert await start(server, arn) == (first, False)
    async with in_memory_server(store) as server:
        assert await start(server, arn) == (first, False)
        assert (await server.describe(first["executionArn"]))["input"] == "1"


async def test_concurrent_starts_with_one_key_create_one_execution() -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        started = await asyncio.gather(*(start(server, arn) for _ in range(10)))
        assert len({answer["executionArn"] for answer, _ in started}) == 1
        assert len((await server.ask("ListExecutions", state_machine_arn=arn))["executions"]) == 1


@pytest.mark.parametrize("definition", [PASS, wait(60)])
@pytest.mark.parametrize("other", [{"input": "2"}, {"input": "1.0"}, {"priority": 1}, {"start_at": 1.0}])
async def test_a_key_with_another_body_is_refused(definition: Any, other: dict[str, Any]) -> None:
    async with in_memory_server() as server:
        arn = await server.create(definition)
        await start(server, arn)
        assert (await refusal(start(server, arn, **other))).code == "IdempotencyKeyReused"


async def test_each_key_and_each_state_machine_has_its_own_execution() -> None:
    async with in_memory_server() as server:
        arns = [await server.create(PASS, name) for name in ("m", "n")]
        started = [await start(server, arn, key) for arn in arns for key in ("k", "K", "k ", "é")]
        assert all(is_new for _, is_new in started)


async def test_a_refused_start_takes_no_key() -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        assert (await refusal(start(server, arn, input="{"))).code == "InvalidExecutionInput"
        assert (await start(server, arn))[1]


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_1_to_255_characters(key: str) -> None:
    with pytest.raises(ServiceError, match="1 to 255") as refused:
        name_of_key(key)
    assert (refused.value.code, refused.value.members) == ("ValidationException", {"pointer": "/key"})


async def test_a_key_and_a_name_are_refused_together() -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        refused = await refusal(start(server, arn, name="e"))
        assert (refused.code, refused.members) == ("ValidationException", {"pointer": "/name"})
        assert server.store.scan("e/") == []
