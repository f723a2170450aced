"""A web page of another origin changes nothing; programs and pages of this server do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from statemachine.api.rest import JOB_ROUTES, PREFIX, ROUTES
from tests.api.client import Client, api_client
from tests.engine.definitions import PASS

FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:8084", "Sec-Fetch-Site": "same-site"},
    {"Origin": "http://localhost:8084"},
    {"Origin": "http://localhost"},
    {"Origin": "http://localhost:port"},
    {"Origin": "file://localhost:8083"},
    {"Origin": "http://localhost:8083.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://localhost:8083", "Sec-Fetch-Site": "cross-site"},
]
OWN: list[dict[str, str]] = [
    {},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://localhost:8083", "Sec-Fetch-Site": "same-origin"},
    {"Origin": "http://LOCALHOST:8083"},
    {"Origin": "https://flow.localhost", "Host": "flow.localhost"},
    {"Origin": "https://flow.localhost", "Host": "flow.localhost:443"},
    {"Origin": "http://127.0.0.1", "Host": "127.0.0.1:80"},
]
CHANGING = ("POST", "PUT", "PATCH", "DELETE")


async def create(client: Client, headers: dict[str, str]) -> Any:
    body = json.dumps({"name": "m", "definition": PASS})
    return await client.request("POST", f"{PREFIX}/state-machines", body, headers)


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_page_of_another_origin_is_refused_by_both_apis(headers: dict[str, str]) -> None:
    async with api_client() as (server, client):
        refused = await create(client, headers)
        assert (refused.status, refused.json["title"]) == (403, "ForbiddenOrigin")
        refused = await client.aws("CreateActivity", {"name": "a"}, **headers)
        assert (refused.status, refused.json["__type"]) == (403, "ForbiddenOrigin")
        assert server.store.scan("") == []


@pytest.mark.parametrize("headers", OWN)
async def test_programs_and_pages_of_this_server_are_served(headers: dict[str, str]) -> None:
    async with api_client() as (_, client):
        assert (await create(client, headers)).status == 201


@pytest.mark.parametrize("route", [*(PREFIX + route for route in ROUTES), *JOB_ROUTES, "/", "/nowhere"])
async def test_no_route_is_left_out(route: str) -> None:
    async with api_client() as (_, client):
        for method in CHANGING:
            headers = {"X-Amz-Target": "AWSStepFunctions.CreateActivity", "Origin": "https://evil.example"}
            answer = await client.request(method, route, b"{}", headers)
            assert answer.status == 403, (method, route)


async def test_reading_is_not_refused_and_no_other_origin_may_read_the_answer() -> None:
    async with api_client() as (_, client):
        answer = await client.request("GET", f"{PREFIX}/executions", headers={"Origin": "https://evil.example"})
        assert answer.status == 200
        assert not [name for name in answer.headers if name.startswith("access-control")]
