"""Jobs from their registration to their end, and the state machines that are registered for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from statemachine.errors import ServiceError
from statemachine.tasks.kind import Failed, Succeeded
from statemachine.testing import InMemoryServer, in_memory_server
from tests.engine.definitions import PASS
from tests.service.refusals import refusal

ORDERED = {
    "id": "nightly",
    "name": "Nightly run",
    "tasks": [
        {"id": "fetch", "name": "Fetch", "functionName": "fetch"},
        {"id": "load", "name": "Load", "functionName": "load", "maxRetry": 2},
    ],
}
GRAPH = {
    "id": "build",
    "tasks": [{"id": name, "functionName": name} for name in ("a", "b", "c", "d")],
    "graph": {"a": [], "b": [], "c": ["a"], "d": ["a", "b"]},
}


async def register(server: InMemoryServer, job: dict[str, Any]) -> dict[str, Any]:
    return await server.ask("RegisterJob", text=json.dumps(job))


async def refused(server: InMemoryServer, job: Any) -> ServiceError:
    text = job if isinstance(job, str) else json.dumps(job)
    return await refusal(server.ask("RegisterJob", text=text))


async def statuses(server: InMemoryServer, id: str) -> list[str]:
    state = await server.ask("DescribeJobState", id=id)
    return [state["status"], *(task["status"] for task in state["tasks"])]


async def answer(server: InMemoryServer, number: int, output: str) -> None:
    server.tasks.answer(await server.task(number), Succeeded(output))
    await server.settle()


async def test_an_ordered_job_from_its_registration_to_its_end() -> None:
    async with in_memory_server() as server:
        registered = await register(server, ORDERED)
        assert (registered["job"]["id"], registered["job"]["format"], registered["isNew"]) == (
            "nightly",
            "ordered",
            True,
        )
        started = await server.ask("ExecuteJob", id="nightly", input='{"day": 1}')
        id = started["executionId"]
        assert await statuses(server, id) == ["RUNNING", "RUNNING", "PENDING"]
        await answer(server, 0, '{"rows": 3}')
        assert await statuses(server, id) == ["RUNNING", "COMPLETED", "RUNNING"]
        assert json.loads((await server.task(1)).arguments_text) == {
            "input": {"day": 1},
            "outputs": {"fetch": {"rows": 3}},
        }
        server.tasks.answer(await server.task(1), Failed("Busy", "later"))
        await server.settle()
        await server.advance(1)
        await answer(server, 2, "true")
        state = await server.ask("DescribeJobState", id=id)
        assert state["output"] == {"fetch": {"rows": 3}, "load": True}
        assert await statuses(server, id) == ["COMPLETED", "COMPLETED", "COMPLETED"]
        assert state["tasks"][1]["attempts"] == 2


async def test_a_graph_starts_each_task_when_its_own_dependencies_are_done() -> None:
    async with in_memory_server() as server:
        await register(server, GRAPH)
        id = (await server.ask("ExecuteJob", id="build"))["executionId"]
        assert await statuses(server, id) == ["RUNNING", "RUNNING", "RUNNING", "PENDING", "PENDING"]
        await answer(server, 0, "1")
        assert await statuses(server, id) == ["RUNNING", "COMPLETED", "RUNNING", "RUNNING", "PENDING"]


async def test_a_failed_task_is_reported() -> None:
    async with in_memory_server() as server:
        await register(server, {**ORDERED, "tasks": ORDERED["tasks"][:1]})
        id = (await server.ask("ExecuteJob", id="nightly"))["executionId"]
        server.tasks.answer(await server.task(), Failed("NoRows", "there were none"))
        await server.settle()
        state = await server.ask("DescribeJobState", id=id)
        assert (state["status"], state["error"], state["cause"]) == ("FAILED", "NoRows", "there were none")
        assert state["tasks"][0]["status"] == "FAILED"
        assert await server.ask("DescribeJobState", id="nightly") == state


async def test_the_same_job_again_changes_nothing_and_another_one_is_a_new_revision() -> None:
    async with in_memory_server() as server:
        await register(server, ORDERED)
        arn = (await server.ask("DescribeJob", id="nightly"))["stateMachineArn"]
        before = await server.ask("DescribeStateMachine", state_machine_arn=arn)
        assert (await register(server, ORDERED))["isNew"] is False
        assert await server.ask("DescribeStateMachine", state_machine_arn=arn) == before
        await register(server, {**ORDERED, "name": "Another"})
        assert (await server.ask("DescribeJob", id="nightly"))["name"] == "Another"
        assert (await server.ask("ListJobs"))["jobs"] == [
            {"id": "nightly", "name": "Another", "format": "ordered", "tasks": 2}
        ]


async def test_a_running_job_keeps_the_tasks_that_it_began_with() -> None:
    async with in_memory_server() as server:
        await register(server, ORDERED)
        id = (await server.ask("ExecuteJob", id="nightly"))["executionId"]
        await register(server, {**ORDERED, "tasks": ORDERED["tasks"][:1]})
        assert len((await server.ask("DescribeJobState", id=id))["tasks"]) == 2


async def test_a_job_survives_a_restart() -> None:
    async with in_memory_server() as server:
        await register(server, GRAPH)
        id = (await server.ask("ExecuteJob", id="build"))["executionId"]
        await answer(server, 0, "1")
        store, clock = server.store, server.clock
    async with in_memory_server(store, clock) as server:
        await answer(server, 0, "2")
        assert (await statuses(server, id))[:2] == ["RUNNING", "COMPLETED"]


@pytest.mark.parametrize("job", ["{", "[]", {}, {"id": "x", "tasks": []}, {**GRAPH, "graph": {"a": ["a"]}}])
async def test_a_bad_job_is_refused_with_what_is_wrong(job: Any) -> None:
    async with in_memory_server() as server:
        error = await refused(server, job)
        assert error.code == "InvalidJob"
        assert error.members["findings"]


async def test_an_unknown_job_or_execution_is_refused() -> None:
    async with in_memory_server() as server:
        assert (await refusal(server.ask("DescribeJob", id="none"))).code == "JobDoesNotExist"
        await register(server, ORDERED)
        unknown = {"none": "JobDoesNotExist", "": "JobDoesNotExist", "none:e": "ExecutionDoesNotExist"}
        for id, code in {**unknown, ":": "ExecutionDoesNotExist", "nightly": "ExecutionDoesNotExist"}.items():
            assert (await refusal(server.ask("DescribeJobState", id=id))).code == code


async def test_a_job_does_not_replace_a_state_machine_that_was_not_made_from_a_job() -> None:
    async with in_memory_server() as server:
        await server.create(PASS, "nightly")
        assert (await refused(server, ORDERED)).code == "StateMachineAlreadyExists"


@pytest.mark.parametrize("size", [1, 2, 3, 100])
async def test_jobs_are_listed_by_id_page_by_page(size: int) -> None:
    async with in_memory_server() as server:
        for id in ("c", "a", "d", "b"):
            await register(server, {**ORDERED, "id": id})
            await server.create(PASS, f"{id}-plain")
        found: list[str] = []
        token = None
        while token is not None or not found:
            page = await server.ask("ListJobs", max_results=size, next_token=token)
            assert len(page["jobs"]) <= size
            found += [job["id"] for job in page["jobs"]]
            token = page.get("nextToken")
        assert found == ["a", "b", "c", "d"]
        assert (await refusal(server.ask("ListJobs", next_token="x"))).code == "InvalidToken"
