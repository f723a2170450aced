"""Looking on: the numbers of the states, and only what has changed since one looked last."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from statemachine.errors import ServiceError
from statemachine.tasks.kind import Failed, Succeeded
from tests.engine.definitions import PASS, mapped, task, wait
from tests.engine.in_memory_server import InMemoryServer, in_memory_server

RETRIED = task(Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 1}])


def updates(server: InMemoryServer, arn: str, since: int = 0) -> dict[str, Any]:
    return server.service.progress.updates(execution_arn=arn, since=since)


async def test_a_retried_task_shows_its_attempts() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(RETRIED))
        server.functions.answer(await server.task(), Failed("Busy", None))
        await server.settle()
        (name,) = updates(server, arn)["states"]
        assert updates(server, arn)["states"][name] == {
            "entered": 1, "left": 0, "running": 1, "attempts": 1, "retries": 1, "failures": 1,
        }  # fmt: skip
        await server.advance(5)
        server.functions.answer(await server.task(1), Succeeded("1"))
        await server.ended(arn)
        ended = updates(server, arn)
        assert ended["status"] == "SUCCEEDED"
        assert ended["states"][name] == {
            "entered": 1, "left": 1, "running": 0, "attempts": 2, "retries": 1, "failures": 1,
        }  # fmt: skip


async def test_a_map_shows_its_iterations() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(mapped(task())), "[1, 2, 3]")
        server.functions.answer(await server.task(), Succeeded("1"))
        await server.settle()
        states = updates(server, arn)["states"]
        shown = next(numbers for numbers in states.values() if "items" in numbers)
        assert (shown["items"], shown["iterations"], shown["succeeded"], shown["running"]) == (3, 3, 1, 1)


async def test_nothing_has_changed_since_now() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(wait(10)))
        now = updates(server, arn)
        assert now["status"] == "RUNNING"
        assert updates(server, arn, now["since"]) == {"status": "RUNNING", "since": now["since"], "states": {}}


async def test_in_an_execution_that_has_ended_nothing_runs() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(wait(10)))
        since = updates(server, arn)["since"]
        await server.service.executions.stop(execution_arn=arn)
        ended = updates(server, arn, since)
        assert ended["status"] == "ABORTED"
        assert [numbers["running"] for numbers in ended["states"].values()] == [0]


async def test_who_waits_hears_of_the_next_change() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(wait(10)))
        since = updates(server, arn)["since"]
        waiting = asyncio.create_task(server.service.progress.wait(execution_arn=arn, since=since, seconds=60))
        await server.settle()
        assert not waiting.done()
        await server.advance(10)
        assert (await asyncio.wait_for(waiting, 10))["status"] == "SUCCEEDED"


async def test_who_waits_for_one_that_has_ended_hears_at_once() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(PASS))
        await server.ended(arn)
        since = updates(server, arn)["since"]
        waited = await server.service.progress.wait(execution_arn=arn, since=since, seconds=60)
        assert (waited["status"], waited["states"]) == ("SUCCEEDED", {})


async def test_who_waits_is_let_go_when_the_server_drains_or_the_time_is_over() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(wait(10)))
        since = updates(server, arn)["since"]
        wait_for = server.service.progress.wait
        assert (await wait_for(execution_arn=arn, since=since, seconds=0))["states"] == {}
        waiting = asyncio.create_task(wait_for(execution_arn=arn, since=since, seconds=60))
        await server.settle()
        await server.engine.drain()
        assert (await asyncio.wait_for(waiting, 10))["states"] == {}


async def test_only_so_many_may_wait() -> None:
    async with in_memory_server(pollers_max=1) as server:
        arn = await server.start(await server.create(wait(10)))
        since = updates(server, arn)["since"]
        waiting = asyncio.create_task(server.service.progress.wait(execution_arn=arn, since=since, seconds=60))
        await server.settle()
        with pytest.raises(ServiceError) as refused:
            await server.service.progress.wait(execution_arn=arn, since=since, seconds=60)
        assert refused.value.code == "ThrottlingException"
        waiting.cancel()


async def test_a_delayed_start_is_pending_and_idempotent() -> None:
    async with in_memory_server() as server:
        machine = await server.create(PASS)
        start = server.service.executions.start
        now = server.clock()
        first = await start(state_machine_arn=machine, name="e", start_at=now + 10)
        assert await start(state_machine_arn=machine, name="e", start_at=now + 10) == first
        arn = first["executionArn"]
        assert updates(server, arn) == {"status": "PENDING", "since": 0, "states": {}}
        await server.advance(9)
        assert (await server.describe(arn))["status"] == "PENDING"
        await server.advance(1)
        assert (await server.ended(arn))["status"] == "SUCCEEDED"
