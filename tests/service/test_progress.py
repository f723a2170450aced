"""Looking on: the numbers of the states, and only what has changed since one looked last."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from statemachine.errors import ServiceError
from statemachine.tasks.kind import Failed, Succeeded
from statemachine.testing import InMemoryServer, in_memory_server
from tests.engine.definitions import PASS, mapped, task, wait

RETRIED = task(Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 1}])


async def updates(server: InMemoryServer, arn: str, since: int = 0) -> dict[str, Any]:
    return await server.ask("DescribeExecutionUpdates", execution_arn=arn, since=since)


async def test_a_retried_task_shows_its_attempts() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(RETRIED))
        server.tasks.answer(await server.task(), Failed("Busy", None))
        await server.settle()
        (name,) = (await updates(server, arn))["states"]
        assert (await updates(server, arn))["states"][name] == {
            "entered": 1, "left": 0, "running": 1, "attempts": 1, "retries": 1, "failures": 1,
        }  # fmt: skip
        await server.advance(5)
        server.tasks.answer(await server.task(1), Succeeded("1"))
        await server.ended(arn)
        ended = await updates(server, arn)
        assert ended["status"] == "SUCCEEDED"
        assert ended["states"][name] == {
            "entered": 1, "left": 1, "running": 0, "attempts": 2, "retries": 1, "failures": 1,
        }  # fmt: skip


async def test_a_map_shows_its_iterations() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(mapped(task())), "[1, 2, 3]")
        server.tasks.answer(await server.task(), Succeeded("1"))
        await server.settle()
        states = (await updates(server, arn))["states"]
        shown = next(numbers for numbers in states.values() if "items" in numbers)
        assert (shown["items"], shown["iterations"], shown["succeeded"], shown["running"]) == (3, 3, 1, 1)


async def test_nothing_has_changed_since_now() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(wait(10)))
        now = await updates(server, arn)
        assert now["status"] == "RUNNING"
        assert await updates(server, arn, now["since"]) == {"status": "RUNNING", "since": now["since"], "states": {}}


async def test_in_an_execution_that_has_ended_nothing_runs() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(wait(10)))
        since = (await updates(server, arn))["since"]
        await server.ask("StopExecution", execution_arn=arn)
        ended = await updates(server, arn, since)
        assert ended["status"] == "ABORTED"
        assert [numbers["running"] for numbers in ended["states"].values()] == [0]


async def test_who_waits_hears_of_the_next_change() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(wait(10)))
        since = (await updates(server, arn))["since"]
        waiting = asyncio.create_task(server.ask("AwaitExecutionUpdates", execution_arn=arn, since=since, wait=60))
        await server.settle()
        assert not waiting.done()
        await server.advance(10)
        assert (await asyncio.wait_for(waiting, 10))["status"] == "SUCCEEDED"


async def test_who_waits_for_one_that_has_ended_hears_at_once() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(PASS))
        await server.ended(arn)
        since = (await updates(server, arn))["since"]
        waited = await server.ask("AwaitExecutionUpdates", execution_arn=arn, since=since, wait=60)
        assert (waited["status"], waited["states"]) == ("SUCCEEDED", {})


async def test_who_waits_is_let_go_when_the_server_drains_or_the_time_is_over() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(wait(10)))
        since = (await updates(server, arn))["since"]
        now = await server.ask("AwaitExecutionUpdates", execution_arn=arn, since=since, wait=0)
        assert now["states"] == {}
        waiting = asyncio.create_task(server.ask("AwaitExecutionUpdates", execution_arn=arn, since=since, wait=60))
        await server.settle()
        await server.engine.drain()
        assert (await asyncio.wait_for(waiting, 10))["states"] == {}


async def test_only_so_many_may_wait() -> None:
    async with in_memory_server(pollers_max=1) as server:
        arn = await server.start(await server.create(wait(10)))
        since = (await updates(server, arn))["since"]
        waiting = asyncio.create_task(server.ask("AwaitExecutionUpdates", execution_arn=arn, since=since, wait=60))
        await server.settle()
        with pytest.raises(ServiceError) as refused:
            await server.ask("AwaitExecutionUpdates", execution_arn=arn, since=since, wait=60)
        assert refused.value.code == "ThrottlingException"
        waiting.cancel()


async def test_a_delayed_start_is_pending_and_idempotent() -> None:
    async with in_memory_server() as server:
        machine = await server.create(PASS)
        start = {"state_machine_arn": machine, "name": "e", "start_at": server.clock() + 10}
        first = await server.ask("StartExecution", **start)
        assert await server.ask("StartExecution", **start) == first
        arn = first["executionArn"]
        assert await updates(server, arn) == {"status": "PENDING", "since": 0, "states": {}}
        await server.advance(9)
        assert (await server.describe(arn))["status"] == "PENDING"
        await server.advance(1)
        assert (await server.ended(arn))["status"] == "SUCCEEDED"
