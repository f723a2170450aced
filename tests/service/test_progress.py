"""Progress: the numbers of the states, the changes since an earlier answer, and requests that wait for a change."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from statemachine.service.executions import progress
from statemachine.tasks.kind import Failed, Succeeded
from statemachine.testing import InMemoryServer, in_memory_server
from tests.engine.definitions import PASS, machine, mapped, task, wait
from tests.service.refusals import refusal

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


async def test_without_a_change_no_state_is_shown() -> None:
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


def waiting_for(server: InMemoryServer, arn: str, since: int) -> asyncio.Task[dict[str, Any]]:
    """A request that waits for a change after the event `since`."""
    return asyncio.create_task(server.ask("AwaitExecutionUpdates", execution_arn=arn, since=since, wait=60))


@pytest.mark.parametrize(
    ("recheck_seconds", "reports_changes"), [(60 * 60, True), (0.0, False)], ids=["by a report", "by reading again"]
)
async def test_a_waiting_request_is_answered_at_the_next_change(
    recheck_seconds: float, reports_changes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the report of the host alone, and, if the host reports nothing, by reading the execution again."""
    monkeypatch.setattr(progress, "RECHECK_SECONDS", recheck_seconds)
    async with in_memory_server() as server:
        if not reports_changes:
            server.engine.watchers.clear()
        arn = await server.start(await server.create(wait(10)))
        waiting = waiting_for(server, arn, (await updates(server, arn))["since"])
        await server.settle()
        assert not waiting.done()
        await server.advance(10)
        assert (await asyncio.wait_for(waiting, 10))["status"] == "SUCCEEDED"


async def test_a_waiting_request_reads_once_for_each_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits for an event that is two events away, and is told of the first one."""
    two = machine(A={"Type": "Wait", "Seconds": 5, "Next": "W"}, **wait(5)["States"])
    async with in_memory_server() as server:
        arn = await server.start(await server.create(two))
        waiting = waiting_for(server, arn, (await updates(server, arn))["since"] + 2)
        await server.settle()
        reads, read = 0, server.engine.read

        async def counted(*given: Any) -> Any:
            nonlocal reads
            reads += 1
            assert reads < 10, "it reads again and again"
            return await read(*given)

        monkeypatch.setattr(server.engine, "read", counted)
        await server.advance(5)
        assert not waiting.done()
        assert reads == 1
        await server.advance(5)
        assert (await asyncio.wait_for(waiting, 10))["status"] == "SUCCEEDED"


async def test_a_change_of_another_execution_does_not_wake_a_waiting_request(monkeypatch: pytest.MonkeyPatch) -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(wait(10)))
        waiting = waiting_for(server, arn, (await updates(server, arn))["since"])
        await server.settle()

        def unread(*_: Any) -> Any:
            raise AssertionError("it reads an execution that has not changed")

        with monkeypatch.context() as watched:
            watched.setattr(server.engine, "read", unread)
            await server.start(await server.create(PASS, "other"))
            await server.settle()
        assert not waiting.done()
        waiting.cancel()


async def test_a_request_for_an_ended_execution_does_not_wait() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(PASS))
        await server.ended(arn)
        since = (await updates(server, arn))["since"]
        waited = await server.ask("AwaitExecutionUpdates", execution_arn=arn, since=since, wait=60)
        assert (waited["status"], waited["states"]) == ("SUCCEEDED", {})


async def test_a_waiting_request_ends_when_the_server_drains_or_the_time_is_over() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(wait(10)))
        since = (await updates(server, arn))["since"]
        now = await server.ask("AwaitExecutionUpdates", execution_arn=arn, since=since, wait=0)
        assert now["states"] == {}
        waiting = waiting_for(server, arn, since)
        await server.settle()
        await server.engine.drain()
        assert (await asyncio.wait_for(waiting, 10))["states"] == {}


async def test_pollers_max_is_enforced_and_an_ended_wait_makes_room() -> None:
    async with in_memory_server(pollers_max=1) as server:
        arn = await server.start(await server.create(wait(10)))
        since = (await updates(server, arn))["since"]
        for _ in range(2):
            waiting = waiting_for(server, arn, since)
            await server.settle()
            refused = await refusal(server.ask("AwaitExecutionUpdates", execution_arn=arn, since=since, wait=60))
            assert refused.code == "ThrottlingException"
            assert "pollers_max = 1" in refused.detail
            waiting.cancel()
            await asyncio.wait([waiting])


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
