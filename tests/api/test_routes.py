"""What holds for every route: HEAD, query parameters, a slash at the end, refusals of wrong paths and methods."""

from __future__ import annotations

import re
from typing import Any

import pytest

from statemachine.api.rest import JOB_ROUTES, PREFIX, ROUTES
from statemachine.app import App
from statemachine.config import Settings
from tests.api.client import Client, Request, api_client
from tests.api.test_rest import create, problem, start
from tests.engine.definitions import PASS
from tests.service.test_jobs import ORDERED

GETS = [PREFIX + route for route, resource in ROUTES.items() if hasattr(resource, "on_get")]
GETS += [route for route, resource in JOB_ROUTES.items() if hasattr(resource, "on_get")]
POSTS = [PREFIX + route for route, resource in ROUTES.items() if hasattr(resource, "on_post")]
BROWSER = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


def filled(route: str) -> str:
    """The route with names of things that exist, if there may be any."""
    names = {"machine": "m", "schema": "state", "id": "nightly", "revision": "none", "token": "none"}
    name = "e" if "{machine}" in route else "m"
    return re.sub(r"{(\w+)}", lambda part: names.get(part[1], name), route)


async def fill(client: Client) -> None:
    await create(client)
    await start(client)
    await client.request("POST", "/job-definitions", ORDERED)


@pytest.mark.parametrize("route", GETS)
async def test_head_is_answered_as_get_without_the_body(route: str) -> None:
    async with api_client() as (_, client):
        await fill(client)
        get, head = [await client.request(method, filled(route)) for method in ("GET", "HEAD")]
        assert (head.status, head.body) == (get.status, b"")
        assert head.headers["content-type"] == get.headers["content-type"]
        assert head.headers["content-length"] == str(len(get.body))


async def test_head_of_a_stream_ends() -> None:
    async with api_client() as (_, client):
        await fill(client)
        head = await client.request("HEAD", f"{PREFIX}/executions/m/e/updates", headers={"Accept": "text/event-stream"})
        assert (head.status, head.body) == (200, b"")


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready", "/api/v1/system"])
async def test_head_before_the_server_is_ready(path: str, tmp_path: Any) -> None:
    client = Client(App(Settings(data=str(tmp_path))))
    get, head = [await client.request(method, path) for method in ("GET", "HEAD")]
    assert (head.status, head.body) == (get.status, b"")
    assert get.body


@pytest.mark.parametrize(("method", "route"), [*(("GET", one) for one in GETS), *(("POST", one) for one in POSTS)])
async def test_an_unknown_query_parameter_is_refused(method: str, route: str) -> None:
    async with api_client() as (server, client):
        await fill(client)
        before = server.store.scan("")
        answer = await client.request(method, filled(route) + "?foo=1")
        assert problem(answer, 400, "ValidationException")["parameter"] == "foo"
        assert server.store.scan("") == before


@pytest.mark.parametrize(
    ("target", "parameter"),
    [
        ("/executions?limit=1&limit=2", "limit"),
        ("/executions?cursor=a&cursor=a", "cursor"),
        ("/executions?startedAfter=1&startedAfter=2", "startedAfter"),
        ("/executions/m/e/history?reverse=true&reverse=true", "reverse"),
        ("/executions/m/e/updates?since=1&since=2", "since"),
    ],
)
async def test_a_query_parameter_that_is_given_twice_is_refused(target: str, parameter: str) -> None:
    async with api_client() as (_, client):
        await fill(client)
        answer = await client.request("GET", PREFIX + target)
        assert problem(answer, 400, "ValidationException")["parameter"] == parameter


async def test_machine_and_status_may_be_repeated() -> None:
    async with api_client() as (_, client):
        await fill(client)
        target = f"{PREFIX}/executions?machine=m&machine=n&status=FAILED&status=SUCCEEDED"
        assert [one["name"] for one in (await client.request("GET", target)).json["executions"]] == ["e"]


@pytest.mark.parametrize("route", [route for route in GETS if not route.endswith("/")])
async def test_a_slash_at_the_end_makes_no_difference(route: str) -> None:
    async with api_client() as (_, client):
        await fill(client)
        without, slash = [await client.request("GET", filled(route) + end) for end in ("", "/")]
        assert (slash.status, slash.body) == (without.status, without.body)


async def test_a_slash_at_the_end_of_a_post_makes_no_difference() -> None:
    async with api_client() as (_, client):
        created = await client.request("POST", f"{PREFIX}/state-machines/", {"name": "m", "definition": PASS})
        assert (created.status, created.headers["location"]) == (201, f"{PREFIX}/state-machines/m")


async def test_the_page_has_a_slash_at_its_end() -> None:
    async with api_client() as (_, client):
        moved = await client.request("GET", PREFIX)
        assert (moved.status, moved.headers["location"]) == (308, f"{PREFIX}/")
        assert (await client.request("GET", moved.headers["location"])).status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_browser_at_the_root_is_sent_to_the_page(method: str) -> None:
    async with api_client() as (_, client):
        found = await client.request(method, "/", headers=BROWSER)
        assert (found.status, found.headers["location"]) == (302, f"{PREFIX}/")


@pytest.mark.parametrize("headers", [{}, {"Accept": "*/*"}, {"Accept": "application/json"}])
async def test_another_client_at_the_root_is_told_where_the_apis_are(headers: dict[str, str]) -> None:
    async with api_client() as (_, client):
        answer = await client.request("GET", "/", headers=headers)
        assert problem(answer, 405, "405 Method Not Allowed")["detail"] == (
            "GET is not allowed here; allowed: POST, OPTIONS. The REST API is at /api/v1/, the AWS API at POST /."
        )


async def test_a_path_that_is_not_served_is_told_where_the_apis_are() -> None:
    async with api_client() as (_, client):
        answer = await client.request("DELETE", "/api/v2/system")
        assert problem(answer, 404, "404 Not Found")["detail"] == (
            "DELETE /api/v2/system is not served. The REST API is at /api/v1/, the AWS API at POST /."
        )


async def test_a_method_that_is_not_allowed_is_told_the_allowed_ones() -> None:
    async with api_client() as (_, client):
        answer = await client.request("PUT", f"{PREFIX}/state-machines/m")
        assert problem(answer, 405, "405 Method Not Allowed")["detail"] == (
            f"PUT is not allowed here; allowed: {answer.headers['allow']}."
        )
        assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "PATCH", "DELETE", "OPTIONS"}


@pytest.mark.parametrize(("path", "media"), [("/", "x-amz-json-1.0"), (f"{PREFIX}/activities", "problem+json")])
async def test_a_malformed_header_is_refused_in_the_form_of_the_api(path: str, media: str) -> None:
    async with api_client() as (_, client):
        malformed = Request("POST", path, {"Host": "localhost", "Content-Length": "many"}, b"{}")
        answer = await client.serve(malformed)
        assert (answer.status, answer.headers["content-type"]) == (400, f"application/{media}")
        assert "Content-Length" in answer.json.get("message", answer.json.get("detail"))
