"""Waiting tasks: each is listed once, for as long as it waits, with the thing that it waits for."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.reads import waiting_tasks
from statemachine.service.paging import make_page_token
from statemachine.tasks.kind import Succeeded
from statemachine.testing import FUNCTION, InMemoryServer, in_memory_server
from tests.engine.definitions import ACTIVITY, CALLBACK, mapped, task, wait
from tests.service.refusals import refusal


async def listed(server: InMemoryServer, size: int = 100) -> list[dict[str, Any]]:
    """All pages together."""
    found: list[dict[str, Any]] = []
    token = None
    while True:
        page = await server.ask("ListTasks", max_results=size, next_token=token)
        found += page["tasks"]
        token = page.get("nextToken")
        if token is None:
            return found


async def waiting(server: InMemoryServer) -> list[str]:
    return [one["waitingFor"] for one in await listed(server)]


async def test_an_activity_task_waits_for_a_worker_and_then_for_its_answer() -> None:
    async with in_memory_server() as server:
        await server.ask("CreateActivity", name="work")
        execution = await server.start(await server.create(task(ACTIVITY, TimeoutSeconds=60)), name="e")
        await server.advance(2.5)
        [found] = await listed(server)
        assert found == {
            "executionArn": execution,
            "machine": "m",
            "execution": "e",
            "state": "T",
            "resource": ACTIVITY,
            "waitingFor": "WORKER",
            "attempt": 1,
            "scheduledDate": server.clock.now - 2.5,
            "ageSeconds": 2.5,
            "timeoutDate": server.clock.now + 57.5,
        }
        polled = await server.ask("GetActivityTask", activity_arn=ACTIVITY)
        assert await waiting(server) == ["RESULT"]
        await server.ask("SendTaskSuccess", task_token=polled["taskToken"], output="1")
        assert await listed(server) == []


async def test_a_callback_waits_for_its_function_and_then_for_its_token() -> None:
    async with in_memory_server() as server:
        await server.start(await server.create(CALLBACK))
        handed_out = await server.task()
        assert await waiting(server) == ["RESULT"]
        server.tasks.answer(handed_out, Succeeded("{}"))
        await server.settle()
        assert await waiting(server) == ["CALLBACK"]
        await server.ask("SendTaskSuccess", task_token=handed_out.token, output="1")
        assert await listed(server) == []


async def test_attempts_are_counted_from_1() -> None:
    async with in_memory_server() as server:
        retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1}]
        await server.start(await server.create(task(Retry=retry)))
        await server.ask("SendTaskFailure", task_token=(await server.task()).token)
        assert await listed(server) == []
        await server.advance(2)
        await server.task(1)
        assert [one["attempt"] for one in await listed(server)] == [2]


@pytest.mark.parametrize("size", [1, 2, 5, 100])
async def test_tasks_are_listed_page_by_page(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every sort several, one of them within a Map, and executions between them that wait for no task."""
    monkeypatch.setattr(waiting_tasks, "CHUNK", 2)
    async with in_memory_server() as server:
        await server.ask("CreateActivity", name="work")
        for name in ("a", "b", "c"):
            await server.start(await server.create(wait(1_000), f"wait-{name}"))
            await server.start(await server.create(task(ACTIVITY), f"activity-{name}"))
            await server.start(await server.create(task(FUNCTION), f"function-{name}"))
        for number in range(3):
            await server.start(await server.create(mapped(CALLBACK), "map"), input="[1, 2, 3]", name=str(number))
        for number in range(12):
            handed_out = await server.task(number)
            if "lambda:invoke" in handed_out.resource:
                server.tasks.answer(handed_out, Succeeded("{}"))
        await server.settle()
        found = await listed(server, size)
        assert [one["waitingFor"] for one in found] == ["WORKER"] * 3 + ["RESULT"] * 3 + ["CALLBACK"] * 9
        assert {one["machine"] for one in found[6:]} == {"map"}
        monkeypatch.setattr(waiting_tasks, "EXAMINED_MAX", 1)
        assert await listed(server, size) == found


@pytest.mark.parametrize("position", ["x", "e/m:e/head\n", "c/timer/1\n"])
async def test_a_token_with_a_foreign_position_is_refused(position: str) -> None:
    async with in_memory_server() as server:
        token = make_page_token(position, ("tasks",), server.clock.now)
        assert (await refusal(server.ask("ListTasks", next_token=token))).code == "InvalidToken"
