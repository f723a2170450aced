"""Plain jobs over HTTP, with the lines that users of plain job servers know."""

from __future__ import annotations

import pytest

from statemachine.tasks.kind import Succeeded
from tests.api.client import api_client
from tests.service.test_jobs import GRAPH, ORDERED


@pytest.mark.parametrize(
    ("prefix", "state", "system"), [("", "state", "/system/state"), ("/api/v1", "status", "/api/v1/system/status")]
)
async def test_a_job_with_curl(prefix: str, state: str, system: str) -> None:
    async with api_client() as (server, client):
        created = await client.request("POST", f"{prefix}/job-definitions", ORDERED)
        assert (created.status, created.json["id"]) == (201, "nightly")
        assert created.json["definition"]["StartAt"] == "fetch"
        assert (await client.request("POST", f"{prefix}/job-definitions", ORDERED)).status == 200
        started = await client.request("POST", f"{prefix}/jobs/nightly/execute", {"input": {"day": 1}})
        assert (started.status, started.json["jobId"]) == (202, "nightly")
        id = started.json["executionId"]
        for number in range(2):
            server.tasks.answer(await server.task(number), Succeeded("true"))
        await server.settle()
        shown = (await client.request("GET", f"{prefix}/jobs/{id}/{state}")).json
        assert (shown["status"], [task["status"] for task in shown["tasks"]]) == ("COMPLETED", ["COMPLETED"] * 2)
        assert (await client.request("GET", f"{prefix}/jobs/nightly/{state}")).json == shown
        counts = (await client.request("GET", system)).json
        assert (counts["completed"], counts["running"], counts["queued"]) == (1, 0, 0)


async def test_tasks_may_have_any_names() -> None:
    async with api_client() as (_, client):
        job = {"id": "j", "tasks": [{"id": "timestamp", "functionName": "f"}], "graph": {"timestamp": []}}
        assert (await client.request("POST", "/api/v1/job-definitions", job)).json["job"] == job
        assert (await client.request("GET", "/api/v1/job-definitions/j")).json["job"] == job


async def test_jobs_are_listed_page_by_page() -> None:
    async with api_client() as (_, client):
        for job in (ORDERED, GRAPH):
            await client.request("POST", "/job-definitions", job)
        first = (await client.request("GET", "/job-definitions?limit=1")).json
        second = (await client.request("GET", f"/job-definitions?limit=1&cursor={first['cursor']}")).json
        assert [job["id"] for page in (first, second) for job in page["jobs"]] == ["build", "nightly"]
        assert second["cursor"] is None


async def test_an_execute_with_an_idempotency_key_is_refused() -> None:
    async with api_client() as (_, client):
        refused = await client.request("POST", "/jobs/build/execute", {}, {"Idempotency-Key": "k"})
        assert (refused.status, refused.json["header"]) == (400, "Idempotency-Key")


async def test_an_execute_without_a_body() -> None:
    async with api_client() as (_, client):
        await client.request("POST", "/job-definitions", GRAPH)
        assert (await client.request("POST", "/jobs/build/execute")).status == 202


async def test_a_bad_job_and_an_unknown_job_are_refused() -> None:
    async with api_client() as (_, client):
        cyclic = {**GRAPH, "graph": {"a": ["d"], "b": [], "c": [], "d": ["a"]}}
        bad = await client.request("POST", "/job-definitions", cyclic)
        assert (bad.status, bad.json["title"]) == (400, "InvalidJob")
        assert "a" in bad.json["findings"][0]["message"]
        for body in (b"\xff", "{", "[]", "{}"):
            assert (await client.request("POST", "/job-definitions", body)).status == 400
        assert (await client.request("GET", "/job-definitions/none")).status == 404
        assert (await client.request("POST", "/jobs/none/execute")).status == 404
        for id in ("none", "none:e"):
            assert (await client.request("GET", f"/jobs/{id}/state")).status == 404


async def test_the_definition_of_a_job_is_shown_as_what_it_is() -> None:
    async with api_client() as (_, client):
        await client.request("POST", "/job-definitions", GRAPH)
        machine = (await client.request("GET", "/api/v1/state-machines/build")).json
        (parallel,) = machine["definition"]["States"].values()
        assert [branch["DependsOn"] for branch in parallel["Branches"]] == [[], [], ["a"], ["a", "b"]]
        assert (await client.request("GET", "/job-definitions")).json["jobs"] == [
            {"id": "build", "name": "build", "format": "graph", "tasks": 4}
        ]
