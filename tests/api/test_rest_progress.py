"""Progress over HTTP: the numbers of the states, the changes since an earlier answer, and the stream of changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import pytest

from statemachine.api.rest import progress
from tests.api.client import Answer, Client, Request, api_client
from tests.engine.definitions import PASS, passes, wait

EXECUTION = "/api/v1/executions/m/e"
STREAM = {"Accept": "text/event-stream"}


def events(answer: Answer) -> list[tuple[str, str, Any]]:
    """Name, id and data of each event of a stream."""
    found = []
    for block in answer.body.decode().split("\n\n"):
        fields = dict(line.partition(": ")[::2] for line in block.splitlines() if line and not line.startswith(":"))
        if "event" in fields:
            found.append((fields["event"], fields.get("id", ""), json.loads(fields["data"])))
    return found


def stream_request() -> Request:
    """A request for the stream of changes."""
    return Request("GET", f"{EXECUTION}/updates", {"Host": "localhost", **STREAM}, b"")


async def test_the_numbers_of_the_states_and_then_only_what_has_changed() -> None:
    async with api_client() as (server, client):
        await server.start(await server.create(wait(10)), name="e")
        first = (await client.request("GET", f"{EXECUTION}/updates")).json
        assert (first["status"], first["states"]["W"]["running"]) == ("RUNNING", 1)
        again = await client.request("GET", f"{EXECUTION}/updates?since={first['since']}")
        assert again.json == {"status": "RUNNING", "since": first["since"], "states": {}}


async def test_a_request_waits_for_the_next_change() -> None:
    async with api_client() as (server, client):
        await server.start(await server.create(wait(10)), name="e")
        since = (await client.request("GET", f"{EXECUTION}/updates")).json["since"]
        waiting = asyncio.create_task(client.request("GET", f"{EXECUTION}/updates?since={since}&wait=60"))
        await server.settle()
        await server.advance(10)
        answer = await asyncio.wait_for(waiting, 10)
        assert answer.json["status"] == "SUCCEEDED"
        assert answer.json["stopDate"].endswith("Z")


async def test_a_stream_ends_with_the_execution() -> None:
    async with api_client() as (server, client):
        arn = await server.start(await server.create(wait(10)), name="e")
        stream = stream_request()
        streaming = asyncio.create_task(client.serve(stream))
        await server.until(lambda: b"update" in stream.answer.body)
        await server.advance(10)
        await server.ended(arn)
        answer = await asyncio.wait_for(streaming, 10)
        assert answer.headers["content-type"].startswith("text/event-stream")
        (_, first_id, first), *_, (name, _, last) = events(answer)
        assert (first["status"], name, last["status"]) == ("RUNNING", "end", "SUCCEEDED")
        assert int(first_id) == first["since"]


async def test_a_stream_pauses_between_its_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "STREAM_PAUSE_SECONDS", 60 * 60)
    async with api_client() as (server, client):
        arn = await server.start(await server.create(wait(10)), name="e")
        stream = stream_request()
        streaming = asyncio.create_task(client.serve(stream))
        await server.until(lambda: b"update" in stream.answer.body)
        await server.advance(10)
        await server.ended(arn)
        for _ in range(50):
            await asyncio.sleep(0)
        assert [name for name, _, _ in events(stream.answer)] == ["update"]
        streaming.cancel()


async def test_a_stream_ends_when_its_client_goes_away() -> None:
    async with api_client(pollers_max=1) as (server, client):
        await server.start(await server.create(wait(10)), name="e")
        for _ in range(3):
            stream = stream_request()
            streaming = asyncio.create_task(client.serve(stream))
            await server.until(lambda stream=stream: b"update" in stream.answer.body)
            stream.hang_up()
            await asyncio.wait_for(streaming, 10)


@pytest.mark.parametrize("headers", [{}, STREAM])
async def test_requests_that_wait_for_a_change_are_limited(headers: dict[str, str]) -> None:
    async with api_client(pollers_max=1) as (server, client):
        await server.start(await server.create(wait(10)), name="e")
        since = (await client.request("GET", f"{EXECUTION}/updates")).json["since"]
        waiting = asyncio.create_task(client.request("GET", f"{EXECUTION}/updates?since={since}&wait=60"))
        await server.settle()
        refused = await client.request("GET", f"{EXECUTION}/updates?wait=60", headers=headers)
        assert (refused.status, refused.json["title"]) == (429, "ThrottlingException")
        waiting.cancel()


async def test_a_stream_continues_from_last_event_id() -> None:
    async with api_client() as (server, client):
        await server.ended(await server.start(await server.create(passes(3)), name="e"))
        whole = events(await client.request("GET", f"{EXECUTION}/updates", headers=STREAM))
        assert [name for name, _, _ in whole] == ["end"]
        assert set(whole[0][2]["states"]) == {"P0", "P1", "P2"}
        lost = {**STREAM, "Last-Event-ID": whole[0][1]}
        assert events(await client.request("GET", f"{EXECUTION}/updates", headers=lost))[0][2]["states"] == {}


async def test_bad_parameters_and_missing_executions_are_refused() -> None:
    async with api_client() as (server, client):
        await server.start(await server.create(PASS), name="e")
        for query in ("since=-1", "since=x", "since=1_0", "since=1%C2%85", "since=25001", "wait=61", "waits=1"):
            assert (await client.request("GET", f"{EXECUTION}/updates?{query}")).status == 400, query
        for headers in ({}, STREAM):
            missing = await client.request("GET", "/api/v1/executions/m/none/updates", headers=headers)
            assert (missing.status, missing.json["title"]) == (404, "ExecutionDoesNotExist")


async def statuses(client: Client, names: Iterable[str]) -> list[str]:
    found = [await client.request("GET", f"/api/v1/executions/m/{name}") for name in names]
    return [answer.json["status"] for answer in found]


OUT_OF_RANGE = ["1950-01-01T00:00:00Z", "1969-12-31T23:59:59Z", -1, 1e12, 10**30, "253402300800", "999999999999"]


async def test_a_start_may_be_delayed_and_have_a_priority() -> None:
    async with api_client() as (server, client):
        await server.create(PASS)
        start = "/api/v1/state-machines/m/executions"
        times = {"e": "2023-11-14T22:13:30Z", "f": "1700000010", "g": 1_700_000_010, "h": 1_700_000_010.5}
        for name, time in times.items():
            later = await client.request("POST", start, {"name": name, "startAt": time, "priority": 2})
            assert later.status == 201
        assert await statuses(client, times) == ["PENDING"] * 4
        await server.advance(10)
        assert await statuses(client, times) == ["SUCCEEDED", "SUCCEEDED", "SUCCEEDED", "PENDING"]
        for wrong in (
            *({"startAt": time} for time in OUT_OF_RANGE),
            {"startAt": "soon"},
            {"startAt": True},
            {"priority": "high"},
            {"priority": 1001},
        ):
            refused = await client.request("POST", start, wrong)
            assert (refused.status, refused.json["pointer"]) == (400, f"/{next(iter(wrong))}")


async def test_a_limit_queues_and_the_queue_is_shown() -> None:
    async with api_client(running_max=1) as (server, client):
        machine = await server.create(wait(10))
        await server.start(machine, name="a")
        await server.start(machine, name="b")
        listed = (await client.request("GET", "/api/v1/executions?status=PENDING")).json["executions"]
        assert [execution["name"] for execution in listed] == ["b"]
        assert (await client.request("GET", "/api/v1/system")).json["executions"]["pending"] == 1
