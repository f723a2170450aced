"""Names under which a server on loopback is reached: no page from elsewhere can have a browser talk to it."""

from __future__ import annotations

import pytest

from statemachine.config.addresses import is_loopback
from tests.api.client import api_client

OURS = [
    "localhost", "LOCALHOST", "localhost.", "localhost:8083", "app.localhost", "127.0.0.1", "127.0.0.1:1", "127.9.9.9",
    "[::1]", "[::1]:8083", "sync-localhost:8083", "sync-127.0.0.1", "sync-127.0.0.1:8083",
]  # fmt: skip
OTHERS = [
    "example.com", "localhost.example.com", "127.0.0.1.example.com", "0.0.0.0", "10.0.0.1", "2130706433", "[::]",
    "[2001:db8::1]:80", "localhost:port", "localhost:", "sync-example.com", "sync-sync-localhost", "user@localhost",
    " ", "",
]  # fmt: skip


@pytest.mark.parametrize("host", OURS)
async def test_served(host: str) -> None:
    async with api_client() as (_, client):
        assert (await client.aws("ListActivities", Host=host)).status == 200
        assert (await client.request("GET", "/api/v1/state-machines", headers={"Host": host})).status == 200


@pytest.mark.parametrize("host", OTHERS)
async def test_refused(host: str) -> None:
    async with api_client() as (server, client):
        told = await client.aws("CreateActivity", {"name": "a"}, Host=host)
        assert (told.status, told.headers["x-amzn-errortype"], told.json["__type"]) == (403, *["ForbiddenHost"] * 2)
        assert "is not served here" in told.json["message"]
        shown = await client.request("GET", "/api/v1/state-machines", headers={"Host": host})
        assert (shown.status, shown.json["title"]) == (403, "ForbiddenHost")
        assert "is not served here" in shown.json["detail"]
        assert server.store.scan("a/") == []


async def test_a_request_without_the_header_came_to_our_address() -> None:
    async with api_client() as (_, client):
        headers = {"X-Amz-Target": "AWSStepFunctions.ListActivities", "Host": None}
        answer = await client.request("POST", "/", {}, headers)
        assert answer.status == 200


async def test_an_address_for_others_is_served_under_any_name() -> None:
    async with api_client(host="0.0.0.0", allow_unauthenticated=True) as (_, client):
        assert (await client.aws("ListActivities", Host="example.com")).status == 200


async def test_other_names_are_served_when_they_are_given() -> None:
    for host in ("127.0.0.1", "0.0.0.0"):
        async with api_client(host=host, allow_unauthenticated=True, host_names=("Flow.example",)) as (_, client):
            for name in ("flow.example", "FLOW.example:8083", "localhost"):
                assert (await client.aws("ListActivities", Host=name)).status == 200
            refused = await client.aws("ListActivities", Host="example.com")
            assert (refused.status, refused.json["__type"]) == (403, "ForbiddenHost")
            assert "localhost, flow.example" in refused.json["message"]


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False), ("", False)],
)
def test_addresses_to_bind(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
