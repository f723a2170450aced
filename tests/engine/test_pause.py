"""A pause of the whole process (SIGSTOP, a suspended machine): workers that could not be heard keep their tasks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from statemachine.testing import InMemoryServer, VirtualClock, in_memory_server

HEARTBEAT = 5
PAUSE = 10.0


@asynccontextmanager
async def taken() -> AsyncIterator[tuple[InMemoryServer, str, str]]:
    """A server, an execution whose activity task a worker has taken, and the task's token."""
    clock = VirtualClock()
    async with in_memory_server(clock=clock, monotonic=clock) as server:
        activity = (await server.ask("CreateActivity", name="work"))["activityArn"]
        state = {"Type": "Task", "Resource": activity, "HeartbeatSeconds": HEARTBEAT, "End": True}
        execution = await server.start(await server.create({"StartAt": "T", "States": {"T": state}}))
        task = await server.ask("GetActivityTask", activity_arn=activity)
        await server.settle()
        yield server, execution, task["taskToken"]


async def pass_slowly(server: InMemoryServer, seconds: float) -> None:
    """Let time pass in steps that are no pause."""
    for _ in range(int(seconds * 2)):
        await server.advance(0.5)


async def status(server: InMemoryServer, execution: str) -> str:
    shown: str = (await server.ask("DescribeExecution", execution_arn=execution))["status"]
    return shown


async def test_a_worker_that_beats_after_the_pause_keeps_its_task() -> None:
    async with taken() as (server, execution, token):
        await server.advance(PAUSE)
        await pass_slowly(server, HEARTBEAT - 1)
        await server.ask("SendTaskHeartbeat", task_token=token)
        await pass_slowly(server, HEARTBEAT - 1)
        await server.ask("SendTaskSuccess", task_token=token, output="1")
        assert (await server.ended(execution))["status"] == "SUCCEEDED"


@pytest.mark.parametrize("pause", [0.0, PAUSE])
async def test_a_dead_worker_loses_its_task_one_period_after_the_pause(pause: float) -> None:
    async with taken() as (server, execution, _):
        await server.advance(pause)
        await pass_slowly(server, HEARTBEAT - 1)
        assert await status(server, execution) == "RUNNING"
        await pass_slowly(server, 2)
        assert (await server.ended(execution))["error"] == "States.Timeout"
