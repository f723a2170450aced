"""What tasks have printed is kept with their end: by state, scope and attempt, bounded, and page by page."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from statemachine.tasks.kind import LOG_BYTES_MAX, Failed, Succeeded, TaskLog
from statemachine.testing import FUNCTION, InMemoryServer, ScriptedTasks, in_memory_server
from tests.engine.definitions import machine, mapped
from tests.service.refusals import refusal

TASK = {"Type": "Task", "Resource": FUNCTION, "End": True}
RETRIED = TASK | {"Retry": [{"ErrorEquals": ["Broken"], "IntervalSeconds": 1}]}


async def logs(server: InMemoryServer, execution: str, **members: Any) -> list[dict[str, Any]]:
    """The logs of an execution, without their times."""
    page = await server.ask("ListExecutionLogs", executionArn=execution, **members)
    assert all(log.pop("timestamp") for log in page["logs"])
    found: list[dict[str, Any]] = page["logs"]
    return found


async def test_each_attempt_has_what_it_has_printed() -> None:
    async with in_memory_server() as server:
        execution = await server.start(await server.create(machine(T=RETRIED)))
        server.tasks.answer(await server.task(), Failed("Broken", "", TaskLog("first\n")))
        await server.settle()
        await server.advance(1)
        server.tasks.answer(await server.task(1), Succeeded("1", TaskLog("second\n", cut_bytes=3)))
        await server.ended(execution)
        common = {"state": "T", "scope": ""}
        assert await logs(server, execution) == [
            {**common, "attempt": 1, "eventId": 5, "text": "first\n", "cutBytes": 0},
            {**common, "attempt": 2, "eventId": 8, "text": "second\n", "cutBytes": 3},
        ]


async def test_a_task_that_prints_nothing_has_no_log() -> None:
    async with in_memory_server() as server:
        execution = await server.start(await server.create(machine(T=TASK)))
        server.tasks.answer(await server.task(), Succeeded("1"))
        await server.ended(execution)
        assert await logs(server, execution) == []


async def test_what_a_task_has_printed_before_its_time_out_is_kept() -> None:
    async with in_memory_server() as server:
        execution = await server.start(await server.create(machine(T=TASK | {"TimeoutSeconds": 5})))
        task = await server.task()
        server.tasks.printed[task.token] = TaskLog("it hangs\n")
        await server.advance(5)
        await server.ended(execution)
        [log] = await logs(server, execution)
        assert (log["state"], log["attempt"], log["text"]) == ("T", 1, "it hangs\n")


async def test_what_tasks_have_printed_before_they_are_stopped_is_kept() -> None:
    async with in_memory_server() as server:
        execution = await server.start(await server.create(mapped(machine(T=TASK))), "[1, 2]")
        for number in range(2):
            task = await server.task(number)
            server.tasks.printed[task.token] = TaskLog(f"item {task.arguments_text}\n")
        await server.ask("StopExecution", executionArn=execution)
        await server.ended(execution)
        found = await logs(server, execution)
        assert [(log["scope"], log["text"]) for log in found] == [("/00000", "item 1\n"), ("/00001", "item 2\n")]


async def test_a_log_has_a_bound() -> None:
    async with in_memory_server() as server:
        execution = await server.start(await server.create(machine(T=TASK)))
        server.tasks.answer(await server.task(), Succeeded("1", TaskLog("é" * LOG_BYTES_MAX)))
        await server.ended(execution)
        [log] = await logs(server, execution)
        assert log["text"] == "é" * (LOG_BYTES_MAX // 2)
        assert log["cutBytes"] == LOG_BYTES_MAX


async def test_a_log_that_is_none_fails_the_task() -> None:
    async with in_memory_server() as server:
        execution = await server.start(await server.create(machine(T=TASK)))
        server.tasks.answer(await server.task(), Succeeded("1", "a text"))  # type: ignore[arg-type]
        ended = await server.ended(execution)
        assert (ended["error"], ended["cause"]) == (
            "States.TaskFailed",
            "The task has no valid result: the log is no TaskLog: 'a text'",
        )


async def test_a_kind_that_cannot_tell_what_was_printed_keeps_no_task_from_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(self: ScriptedTasks, token: str) -> TaskLog | None:
        raise ZeroDivisionError

    monkeypatch.setattr(ScriptedTasks, "printed_by", broken)
    async with in_memory_server() as server:
        execution = await server.start(await server.create(machine(T=TASK | {"TimeoutSeconds": 5})))
        await server.task()
        with capture_logs() as lines:
            await server.advance(5)
        assert (await server.ended(execution))["error"] == "States.Timeout"
        assert [line["event"] for line in lines] == ["defect"]
        assert await logs(server, execution) == []


async def test_pages_of_logs() -> None:
    async with in_memory_server() as server:
        each = mapped(machine(T=TASK))
        each["States"]["M"]["MaxConcurrency"] = 1
        execution = await server.start(await server.create(each), "[1, 2, 3]")
        for number in range(3):
            server.tasks.answer(await server.task(number), Succeeded("1", TaskLog(f"{number}\n")))
        await server.ended(execution)
        texts: list[str] = []
        token = None
        for size in (1, 2):
            more = {} if token is None else {"nextToken": token}
            page = await server.ask("ListExecutionLogs", executionArn=execution, maxResults=size, **more)
            texts += [log["text"] for log in page["logs"]]
            token = page.get("nextToken")
        assert texts == ["0\n", "1\n", "2\n"]
        assert token is None


async def test_an_execution_that_does_not_exist() -> None:
    async with in_memory_server() as server:
        arn = "arn:aws:states:us-east-1:000000000000:execution:m:e"
        assert (await refusal(server.ask("ListExecutionLogs", executionArn=arn))).code == "ExecutionDoesNotExist"
