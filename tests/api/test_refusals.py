"""A refusal has the form of the API that it was made to, whoever refuses."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.app import App
from statemachine.config import Settings
from tests.api.client import Answer, Client, api_client


def told(answer: Answer, code: str, status: int) -> None:
    """AWS's shape: the code twice, the text once, and a request id."""
    assert (answer.status, answer.headers["content-type"]) == (status, "application/x-amz-json-1.0")
    assert answer.headers["x-amzn-errortype"] == answer.json["__type"] == code
    assert answer.json["message"]
    assert answer.headers["x-amzn-requestid"]


def shown(answer: Answer, code: str, status: int) -> None:
    """A problem document."""
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (answer.json["title"], answer.json["status"]) == (code, status)
    assert answer.json["detail"]
    assert "x-amzn-errortype" not in answer.headers


async def both(client: Client, **headers: Any) -> tuple[Answer, Answer]:
    """The same refusal through both APIs."""
    return (
        await client.aws("CreateActivity", {"name": "a"}, **headers),
        await client.request("POST", "/api/v1/activities", {"name": "a"}, headers),
    )


async def test_a_foreign_host() -> None:
    async with api_client() as (_, client):
        aws, rest = await both(client, Host="example.com")
        told(aws, "ForbiddenHost", 403)
        shown(rest, "ForbiddenHost", 403)


async def test_a_body_that_is_too_large() -> None:
    async with api_client(body_bytes_max=10) as (_, client):
        aws, rest = await both(client)
        told(aws, "RequestEntityTooLargeException", 413)
        shown(rest, "RequestEntityTooLargeException", 413)


async def test_a_server_that_is_not_ready(tmp_path: Any) -> None:
    aws, rest = await both(Client(App(Settings(data=str(tmp_path)))))
    told(aws, "ServiceUnavailable", 503)
    shown(rest, "ServiceUnavailable", 503)
    assert aws.headers["retry-after"] == rest.headers["retry-after"] == "1"


async def test_a_server_that_drains() -> None:
    async with api_client() as (server, client):
        await server.engine.drain()
        aws, rest = await both(client)
        told(aws, "ServiceUnavailable", 503)
        shown(rest, "ServiceUnavailable", 503)


async def test_a_mistake_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    async with api_client() as (server, client):

        def mistake(*_: Any, **__: Any) -> None:
            raise ZeroDivisionError("secret detail")

        monkeypatch.setattr(server.actions, "call", mistake)
        aws, rest = await both(client)
        told(aws, "InternalServerError", 500)
        shown(rest, "InternalServerError", 500)
        assert b"secret" not in aws.body + rest.body
