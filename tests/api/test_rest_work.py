"""Executions by filters, starts by key, activities, waiting tasks and the server, through the REST API."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.tasks.kind import Succeeded
from statemachine.testing import InMemoryServer
from tests.api.client import Answer, Client, api_client
from tests.api.test_rest import API, create, problem, start
from tests.engine.definitions import ACTIVITY, CALLBACK, FAIL, PASS, task, wait

EXECUTIONS = f"{API}/state-machines/m/executions"


async def names(client: Client, target: str) -> list[str]:
    answer = await client.request("GET", API + target)
    assert answer.status == 200, answer.body
    return [f"{one['machine']}/{one['name']}" for one in answer.json["executions"]]


async def test_executions_by_filters() -> None:
    """The clock stands at 2023-11-14T22:13:20Z when m/e starts, a second later for each of the others."""
    async with api_client() as (server, client):
        for machine, definition in (("m", PASS), ("f", FAIL), ("w", wait(60))):
            await create(client, definition, machine)
            await client.request("POST", f"{API}/state-machines/{machine}/executions", {"name": "e"})
            server.clock.now += 1
        await server.settle()
        assert await names(client, "/executions") == ["w/e", "f/e", "m/e"]
        assert await names(client, "/executions?machine=m&machine=f") == ["f/e", "m/e"]
        assert await names(client, "/executions?status=RUNNING&status=SUCCEEDED") == ["w/e", "m/e"]
        assert await names(client, "/executions?startedAfter=2023-11-14T22:13:21Z") == ["w/e", "f/e"]
        assert await names(client, "/executions?startedAfter=2023-11-14T23:13:21%2B01:00") == ["w/e", "f/e"]
        assert await names(client, "/executions?startedBefore=1700000001") == ["m/e"]
        assert await names(client, "/executions?startedBefore=1700000001.001") == ["f/e", "m/e"]
        assert await names(client, "/executions?startedBefore=2023-11-14") == []
        assert await names(client, "/executions?namePrefix=f") == []
        assert await names(client, "/executions?errorContains=BROKEN") == ["f/e"]
        assert await names(client, "/state-machines/f/executions?errorContains=purpose&namePrefix=e") == ["f/e"]
        assert await names(client, "/state-machines/m/executions?errorContains=purpose") == []


async def test_cursors_lead_across_machines() -> None:
    async with api_client() as (server, client):
        for machine in ("m", "n"):
            await create(client, PASS, machine)
        for number in range(6):
            server.clock.now += 1
            await client.request("POST", f"{API}/state-machines/{'mn'[number % 2]}/executions", {"name": str(number)})
        found, cursor = [], ""
        while cursor is not None:
            page = (await client.request("GET", f"{API}/executions?limit=2{cursor and '&cursor=' + cursor}")).json
            found += [one["name"] for one in page["executions"]]
            cursor = page["cursor"]
        assert found == ["5", "4", "3", "2", "1", "0"]


async def keyed(client: Client, body: Any, key: str = "k") -> Answer:
    return await client.request("POST", EXECUTIONS, body, {"Idempotency-Key": key})


@pytest.mark.parametrize("definition", [PASS, wait(60)])
async def test_a_key_makes_a_repeated_start_harmless(definition: Any) -> None:
    async with api_client() as (_, client):
        await create(client, definition)
        first, second = await keyed(client, {"input": [1]}), await keyed(client, {"input": [1]})
        assert (first.status, second.status) == (201, 200)
        assert first.json == second.json
        assert first.headers["location"] == second.headers["location"]
        assert first.json["name"] in problem(await keyed(client, {}), 422, "IdempotencyKeyReused")["detail"]
        assert (await keyed(client, {}, "another")).status == 201
        assert len(await names(client, "/executions")) == 2


async def test_an_activity_is_created_read_listed_and_deleted() -> None:
    async with api_client() as (_, client):
        where = f"{API}/activities"
        created = await client.request("POST", where, {"name": "work"})
        assert (created.status, created.headers["location"]) == (201, f"{where}/work")
        assert (await client.request("POST", where, {"name": "work"})).json == created.json
        assert (await client.request("GET", f"{where}/work")).json["activityArn"] == ACTIVITY
        await client.request("POST", where, {"name": "other"})
        page = (await client.request("GET", f"{where}?limit=1")).json
        assert [one["name"] for one in page["activities"]] == ["other"]
        page = (await client.request("GET", f"{where}?limit=1&cursor={page['cursor']}")).json
        assert [one["name"] for one in page["activities"]] == ["work"]
        assert (await client.request("DELETE", f"{where}/work")).status == 204
        problem(await client.request("GET", f"{where}/work"), 404, "ActivityDoesNotExist")
        problem(await client.request("DELETE", f"{where}/work"), 404, "ActivityDoesNotExist")


async def token_of_a_callback(server: InMemoryServer, client: Client) -> str:
    await create(client, CALLBACK)
    await start(client)
    handed_out = await server.task()
    server.tasks.answer(handed_out, Succeeded("{}"))
    await server.settle()
    return handed_out.token


async def test_a_waiting_task_and_its_answer() -> None:
    async with api_client() as (server, client):
        token = await token_of_a_callback(server, client)
        server.clock.now += 1.5
        [waiting] = (await client.request("GET", f"{API}/tasks")).json["tasks"]
        assert waiting == {
            "executionArn": "arn:aws:states:us-east-1:000000000000:execution:m:e",
            "machine": "m",
            "execution": "e",
            "state": "C",
            "resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "waitingFor": "CALLBACK",
            "attempt": 1,
            "scheduledDate": "2023-11-14T22:13:20.000Z",
            "ageSeconds": 1.5,
        }
        assert (await client.request("POST", f"{API}/tasks/{token}/heartbeat")).status == 204
        assert (await client.request("POST", f"{API}/tasks/{token}/success", {"output": [1]})).status == 204
        assert (await client.request("GET", f"{API}/tasks")).json["tasks"] == []
        assert (await client.request("GET", f"{API}/executions/m/e")).json["output"] == [1]
        for verb in ("success", "failure", "heartbeat"):
            problem(await client.request("POST", f"{API}/tasks/{token}/{verb}"), 409, "TaskTimedOut")


async def test_a_waiting_task_may_be_failed() -> None:
    async with api_client() as (server, client):
        token = await token_of_a_callback(server, client)
        answer = await client.request("POST", f"{API}/tasks/{token}/failure", {"error": "No", "cause": "Because"})
        assert answer.status == 204
        execution = (await client.request("GET", f"{API}/executions/m/e")).json
        assert (execution["status"], execution["error"], execution["cause"]) == ("FAILED", "No", "Because")


async def test_tasks_are_listed_page_by_page() -> None:
    async with api_client() as (_, client):
        await client.request("POST", f"{API}/activities", {"name": "work"})
        await create(client, task(ACTIVITY))
        for name in ("e", "f", "g"):
            await start(client, name=name)
        page = (await client.request("GET", f"{API}/tasks?limit=2")).json
        assert [one["execution"] for one in page["tasks"]] == ["e", "f"]
        page = (await client.request("GET", f"{API}/tasks?limit=2&cursor={page['cursor']}")).json
        assert [one["execution"] for one in page["tasks"]] == ["g"]
        assert page["cursor"] is None


async def test_the_server_tells_its_start_and_its_counts() -> None:
    async with api_client() as (_, client):
        await create(client, FAIL)
        await start(client)
        system = (await client.request("GET", f"{API}/system")).json
        assert system["startDate"] == "2023-11-14T22:13:20.000Z"
        assert system["executions"]["ended"] == {"SUCCEEDED": 0, "FAILED": 1, "TIMED_OUT": 0, "ABORTED": 0}


LONG_OUTPUT = "x" * 262_145
ZONED = "2026-11-30T18:00:00+01:00"
WRONG: list[tuple[str, str, Any, int, str, str]] = [
    ("GET", "/executions?state=RUNNING", b"", 400, "ValidationException", "state"),
    ("GET", "/executions?status=running", b"", 400, "ValidationException", "RUNNING"),
    ("GET", "/executions?startedAfter=yesterday", b"", 400, "ValidationException", "startedAfter"),
    ("GET", "/executions?startedBefore=", b"", 400, "ValidationException", "startedBefore"),
    ("GET", "/executions?startedBefore=-1", b"", 400, "ValidationException", "startedBefore"),
    ("GET", "/executions?startedBefore=1969-12-31", b"", 400, "ValidationException", "from 1970 to 9999"),
    ("GET", "/executions?startedBefore=253402300800", b"", 400, "ValidationException", "from 1970 to 9999"),
    ("GET", f"/executions?startedAfter={ZONED}", b"", 400, "ValidationException", "in a query, write + as %2B"),
    ("GET", "/executions?limit=1001", b"", 400, "ValidationException", "'limit' must be at most 1000"),
    ("GET", "/tasks?limit=1001", b"", 400, "ValidationException", '"parameter":"limit"'),
    ("GET", "/executions/m/e/updates?wait=61", b"", 400, "ValidationException", '"parameter":"wait"'),
    ("GET", "/executions/m/e/updates?since=25001", b"", 400, "ValidationException", "'since' must be at most 25000"),
    ("GET", f"/executions/m/{'x' * 300}", b"", 400, "ValidationException", "256"),
    ("POST", "/activities", {"name": "a b"}, 400, "InvalidName", "1 to 80 characters; no white space"),
    ("POST", "/activities", {"name": "a b"}, 400, "InvalidName", '"pointer":"/name"'),
    ("POST", "/state-machines", {"name": "a b", "definition": PASS}, 400, "InvalidName", '"pointer":"/name"'),
    ("POST", "/state-machines/m/executions", {"name": "a b"}, 400, "InvalidName", '"pointer":"/name"'),
    ("POST", "/state-machines/m/executions", {"input": LONG_OUTPUT}, 400, "ValidationException", '"pointer":"/input"'),
    ("POST", "/validations", {"definition": {}, "type": "FAST"}, 400, "ValidationException", '"pointer":"/type"'),
    ("POST", "/validations", {"definition": {}, "maxResults": 101}, 400, "ValidationException", '"/maxResults"'),
    ("GET", "/executions?cursor=x", b"", 400, "InvalidToken", "token"),
    ("GET", "/executions?limit=0", b"", 400, "ValidationException", "limit"),
    ("GET", "/state-machines/m/executions?machine=n", b"", 400, "ValidationException", "machine"),
    ("GET", "/executions/m/e/history?reverse=", b"", 400, "ValidationException", "reverse"),
    ("GET", "/executions/m/e/history?reverse=yes", b"", 400, "ValidationException", "reverse"),
    ("GET", "/executions/m/e/history?revers=true", b"", 400, "ValidationException", "revers"),
    ("POST", "/activities", {}, 400, "ValidationException", "name"),
    ("POST", "/activities", {"name": 1}, 400, "ValidationException", "/name"),
    ("POST", "/activities", {"name": "a b"}, 400, "InvalidName", "a b"),
    ("POST", "/activities", {"name": "a", "tags": []}, 400, "ValidationException", "/tags"),
    ("GET", "/tasks?cursor=x", b"", 400, "InvalidToken", "token"),
    ("GET", "/tasks?status=TOKEN", b"", 400, "ValidationException", "status"),
    ("POST", "/tasks/x/success", {"output": 1}, 400, "InvalidToken", "token"),
    ("POST", "/tasks/x/success", {"out": 1}, 400, "ValidationException", "/out"),
    ("POST", "/tasks/x/success", {"output": LONG_OUTPUT}, 400, "ValidationException", "262144"),
    ("POST", "/tasks/x/failure", {"error": 1}, 400, "ValidationException", "/error"),
    ("POST", "/tasks/x/heartbeat", {"now": 1}, 400, "ValidationException", "/now"),
]
"""Method, route and body of a request; status, title and some text of its refusal."""


@pytest.mark.parametrize("case", WRONG, ids=lambda case: f"{case[0]} {case[1]} {str(case[2])[:30]}")
async def test_what_is_wrong_is_named(case: tuple[str, str, Any, int, str, str]) -> None:
    method, target, body, status, title, told = case
    async with api_client() as (server, client):
        await create(client)
        before = server.store.scan("")
        answer = await client.request(method, API + target, body)
        problem(answer, status, title)
        assert told in answer.body.decode()
        assert server.store.scan("") == before


@pytest.mark.parametrize(
    ("body", "key", "told"),
    [({}, "", "1 to 255"), ({}, "x" * 256, "1 to 255"), ({"name": "e"}, "k", "give one of them")],
)
async def test_a_bad_idempotency_key_is_refused(body: Any, key: str, told: str) -> None:
    async with api_client() as (_, client):
        await create(client)
        assert told in problem(await keyed(client, body, key), 400, "ValidationException")["detail"]
        assert await names(client, "/executions") == []


async def test_a_forged_token_is_refused() -> None:
    async with api_client() as (server, client):
        token = await token_of_a_callback(server, client)
        forged = ("A" if token[0] != "A" else "B") + token[1:]
        problem(await client.request("POST", f"{API}/tasks/{forged}/success"), 400, "InvalidToken")
        assert (await client.request("GET", f"{API}/executions/m/e")).json["status"] == "RUNNING"


async def test_a_bad_key_is_named_as_a_header() -> None:
    async with api_client() as (_, client):
        await create(client)
        refused = problem(await keyed(client, {}, "x" * 256), 400, "ValidationException")
        assert (refused["header"], refused["detail"]) == (
            "Idempotency-Key",
            "An Idempotency-Key has 1 to 255 characters",
        )


@pytest.mark.parametrize(
    ("setting", "target", "body", "title"),
    [
        ("state_machines_max", "/state-machines", {"name": "n", "definition": PASS}, "StateMachineLimitExceeded"),
        ("activities_max", "/activities", {"name": "n"}, "ActivityLimitExceeded"),
        ("open_executions_max", "/state-machines/m/executions", {}, "ExecutionLimitExceeded"),
    ],
)
async def test_a_limit_that_is_reached_is_named_by_its_setting(
    setting: str, target: str, body: Any, title: str
) -> None:
    async with api_client(**{setting: 1}) as (_, client):
        await create(client, wait(60))
        await client.request("POST", f"{API}/activities", {"name": "work"})
        await start(client)
        refused = problem(await client.request("POST", API + target, body), 429, title)
        assert refused["detail"].endswith(f"({setting} = 1)")
