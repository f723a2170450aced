"""Changing a state machine through the REST API: ETags, If-Match, and the history of its revisions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.client import Answer, Client, api_client
from tests.api.test_rest import API, create, problem
from tests.engine.definitions import FAIL, PASS

MACHINE = f"{API}/state-machines/m"


async def change(client: Client, members: Any, match: str | None = None) -> Answer:
    return await client.request("PATCH", MACHINE, members, {"If-Match": match})


async def test_the_revision_is_the_etag() -> None:
    async with api_client() as (_, client):
        created = await create(client)
        read = await client.request("GET", MACHINE)
        assert created.headers["etag"] == read.headers["etag"] == f'"{read.json["revisionId"]}"'
        changed = await change(client, {"definition": FAIL}, read.headers["etag"])
        assert changed.status == 200
        again = await client.request("GET", MACHINE)
        assert again.headers["etag"] == changed.headers["etag"] != read.headers["etag"]
        assert again.json["revisionId"] == changed.json["revisionId"]
        assert again.json["definition"] == FAIL


@pytest.mark.parametrize(
    ("match", "status"),
    [
        (None, 200),
        ("*", 200),
        ('"{}"', 200),
        ('"x", "{}"', 200),
        ('W/"{}"', 412),
        ('"x"', 412),
        ('"x", "y"', 412),
        ("", 412),
    ],
)
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_if_match(method: str, match: str | None, status: int) -> None:
    async with api_client() as (server, client):
        revision = (await create(client)).headers["etag"].strip('"')
        before = server.store.scan("")
        body = {"definition": FAIL} if method == "PATCH" else b""
        headers = {"If-Match": None if match is None else match.format(revision)}
        answer = await client.request(method, MACHINE, body, headers)
        if status == 412:
            assert revision in problem(answer, 412, "PreconditionFailed")["detail"]
            assert server.store.scan("") == before
        else:
            assert answer.status == (200 if method == "PATCH" else 204)


async def test_what_is_left_out_stays_as_it_is() -> None:
    async with api_client() as (_, client):
        await create(client)
        role = "arn:aws:iam::000000000000:role/other"
        await change(client, {"roleArn": role})
        await change(client, {"tracingConfiguration": {"enabled": True}})
        read = (await client.request("GET", MACHINE)).json
        assert (read["definition"], read["roleArn"]) == (PASS, role)
        assert read["tracingConfiguration"] == {"enabled": True}
        assert len((await client.request("GET", f"{MACHINE}/revisions")).json["revisions"]) == 3


async def test_no_change_keeps_the_etag() -> None:
    async with api_client() as (_, client):
        etag = (await create(client)).headers["etag"]
        assert (await change(client, {"definition": PASS})).headers["etag"] == etag
        reordered = {"States": PASS["States"], "StartAt": PASS["StartAt"]}
        assert (await change(client, {"definition": reordered})).headers["etag"] == etag


async def test_a_configuration_comes_with_the_definition() -> None:
    async with api_client() as (_, client):
        members = {"name": "m", "definition": PASS, "tracingConfiguration": {"enabled": True}}
        await client.request("POST", f"{API}/state-machines", members)
        assert (await client.request("GET", MACHINE)).json["tracingConfiguration"] == {"enabled": True}


async def test_null_is_as_good_as_left_out() -> None:
    async with api_client() as (_, client):
        await create(client)
        await change(
            client, {"definition": None, "loggingConfiguration": {"level": None, "includeExecutionData": True}}
        )
        read = (await client.request("GET", MACHINE)).json
        assert read["definition"] == PASS
        assert read["loggingConfiguration"] == {"level": "OFF", "includeExecutionData": True}


async def test_revisions_are_read_newest_first_and_one_by_one() -> None:
    async with api_client() as (_, client):
        await create(client)
        await change(client, {"definition": FAIL})
        first = (await client.request("GET", f"{MACHINE}/revisions?limit=1")).json
        second = (await client.request("GET", f"{MACHINE}/revisions?limit=1&cursor={first['cursor']}")).json
        assert second["cursor"] is None
        found = [page["revisions"][0]["revisionId"] for page in (first, second)]
        read = [(await client.request("GET", f"{MACHINE}/revisions/{id}")).json for id in found]
        assert [revision["definition"] for revision in read] == [FAIL, PASS]


WRONG: list[tuple[str, str, Any, int, str, str]] = [
    ("PATCH", "/state-machines/m", {}, 400, "MissingRequiredParameter", "must be specified"),
    ("PATCH", "/state-machines/m", {"name": "n"}, 400, "ValidationException", "/name"),
    ("PATCH", "/state-machines/m", {"type": "EXPRESS"}, 400, "ValidationException", "/type"),
    ("PATCH", "/state-machines/m", {"definition": {}}, 400, "InvalidDefinition", "findings"),
    ("PATCH", "/state-machines/m", {"roleArn": "x"}, 400, "InvalidArn", "x"),
    ("PATCH", "/state-machines/m", {"roleArn": 1}, 400, "ValidationException", "/roleArn"),
    ("PATCH", "/state-machines/m", {"tracingConfiguration": []}, 400, "ValidationException", "/tracingConfiguration"),
    ("PATCH", "/state-machines/m", {"loggingConfiguration": {"level": "X"}}, 400, "ValidationException", "FATAL"),
    (
        "PATCH",
        "/state-machines/m",
        {"loggingConfiguration": {"level": "ALL"}},
        400,
        "InvalidLoggingConfiguration",
        "/l",
    ),
    (
        "PATCH",
        "/state-machines/m",
        {"tracingConfiguration": {"enable": True}},
        400,
        "ValidationException",
        "'tracingConfiguration.enable' is not expected here; expected: enabled",
    ),
    ("PATCH", "/state-machines/n", {"definition": PASS}, 404, "StateMachineDoesNotExist", ":n"),
    ("GET", "/state-machines/n/revisions", b"", 404, "StateMachineDoesNotExist", ":n"),
    ("GET", "/state-machines/m/revisions?cursor=x", b"", 400, "InvalidToken", "token"),
    ("GET", "/state-machines/m/revisions/x", b"", 404, "RevisionDoesNotExist", "x"),
    ("GET", "/state-machines/n/revisions/x", b"", 404, "StateMachineDoesNotExist", ":n"),
    ("GET", "/state-machines?limit=1&lmit=2", b"", 400, "ValidationException", "lmit"),
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
