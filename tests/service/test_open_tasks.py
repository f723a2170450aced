"""The tasks of an execution that can be answered: which they are, page by page, and their tokens end them."""

from __future__ import annotations

import json

import pytest

from statemachine.errors import ServiceError
from statemachine.testing import in_memory_server
from tests.engine.definitions import ACTIVITY, machine, mapped, task


async def test_an_activity_task_is_listed_when_a_worker_has_taken_it() -> None:
    async with in_memory_server() as server:
        await server.ask("CreateActivity", name=ACTIVITY.rpartition(":")[2])
        execution = await server.start(await server.create(task(ACTIVITY)), '{"may": "I?"}')
        assert (await server.ask("ListOpenTasks", execution_arn=execution))["tasks"] == []
        taken = await server.ask("GetActivityTask", activity_arn=ACTIVITY)
        (found,) = (await server.ask("ListOpenTasks", execution_arn=execution))["tasks"]
        assert (found["taskToken"], json.loads(found["input"])) == (taken["taskToken"], {"may": "I?"})
        assert (found["scope"], found["attempt"], found["resource"]) == ("", 1, ACTIVITY)
        await server.ask("SendTaskSuccess", task_token=found["taskToken"], output='"yes"')
        assert (await server.ended(execution))["output"] == '"yes"'
        assert (await server.ask("ListOpenTasks", execution_arn=execution))["tasks"] == []


@pytest.mark.parametrize("length", [1, 200_000])
async def test_many_come_page_by_page(length: int) -> None:
    async with in_memory_server() as server:
        await server.ask("CreateActivity", name=ACTIVITY.rpartition(":")[2])
        each = (
            mapped(task(ACTIVITY))
            if length == 1
            else mapped(
                machine(
                    T={"Type": "Task", "Resource": ACTIVITY, "Parameters": {"l.$": "$$.Execution.Input.l"}, "End": True}
                )
            )
        )
        items = json.dumps([1] * 8) if length == 1 else json.dumps({"l": "x" * length, "items": [1] * 8})
        if length > 1:
            each["States"]["M"]["ItemsPath"] = "$.items"
        execution = await server.start(await server.create(each), items)
        tokens = {(await server.ask("GetActivityTask", activity_arn=ACTIVITY))["taskToken"] for _ in range(8)}
        listed, sizes, more = [], [], {}
        while True:
            page = await server.ask("ListOpenTasks", execution_arn=execution, max_results=6, **more)
            listed += [found["taskToken"] for found in page["tasks"]]
            sizes.append(len(page["tasks"]))
            if "nextToken" not in page:
                break
            more = {"next_token": page["nextToken"]}
        assert sizes == ([6, 2] if length == 1 else [5, 3])
        assert len(listed) == 8
        assert set(listed) == tokens


async def test_an_execution_that_does_not_exist() -> None:
    async with in_memory_server() as server:
        with pytest.raises(ServiceError) as refused:
            await server.ask("ListOpenTasks", execution_arn="arn:aws:states:us-east-1:000000000000:execution:m:e")
        assert refused.value.code == "ExecutionDoesNotExist"
