"""A refusal has the form of the API that the request was made to, and on the REST API the status of its error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from statemachine.api import refusals
from statemachine.api.refusals import refusal
from statemachine.app import App
from statemachine.config import Settings
from statemachine.errors import ServiceError
from tests.api.client import Answer, Client, api_client
from tests.architecture.package import modules


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


@pytest.mark.parametrize("path", ["/", "//"])
async def test_a_slash_too_many_does_not_change_the_api(path: str) -> None:
    async with api_client() as (_, client):
        refused = await client.request("POST", path, {}, {"X-Amz-Target": "AWSStepFunctions.Nope"})
        told(refused, "UnknownOperationException", 400)


REST_STATUSES = {
    400: ["InvalidArn", "InvalidDefinition", "InvalidName", "InvalidToken", "ValidationException", "AnyOther"],
    403: ["ForbiddenHost", "ForbiddenOrigin"],
    404: [
        "ActivityDoesNotExist", "ExecutionDoesNotExist", "JobDoesNotExist", "RevisionDoesNotExist",
        "SchemaDoesNotExist", "StateMachineDoesNotExist",
    ],
    408: ["RequestTimeoutException"],
    409: ["ExecutionAlreadyExists", "StateMachineAlreadyExists", "StateMachineDeleting", "TaskTimedOut"],
    412: ["PreconditionFailed"],
    413: ["RequestEntityTooLargeException"],
    422: ["IdempotencyKeyReused", "StateMachineTypeNotSupported"],
    429: ["ActivityLimitExceeded", "ExecutionLimitExceeded", "StateMachineLimitExceeded", "ThrottlingException"],
    431: ["RequestHeaderFieldsTooLarge"],
    499: ["ClientDisconnected"],
    500: ["InternalServerError"],
    503: ["ServiceUnavailable"],
}  # fmt: skip
ON_BOTH = (403, 408, 413, 431, 499, 500, 503)
"""The statuses that the AWS API has too; any other of its refusals is 400."""


@pytest.mark.parametrize(("status", "codes"), REST_STATUSES.items())
def test_each_error_has_its_status(status: int, codes: list[str]) -> None:
    for code in codes:
        error = ServiceError(code, "text")
        assert refusal(error, for_aws=False).status == status
        is_on_both = status in ON_BOTH or code == "ThrottlingException"
        assert refusal(error, for_aws=True).status == (status if is_on_both else 400)


def test_every_error_with_a_status_is_raised_somewhere() -> None:
    text = "".join(path.read_text() for path in modules() if path.name != "refusals.py")
    raised = {code for code in refusals.REST_STATUSES if f'"{code}"' in text}
    own = {refusals.UNAVAILABLE.code, refusals.INTERNAL_ERROR.code}
    assert refusals.REST_STATUSES.keys() - raised <= own


def test_rest_shows_our_text_and_the_aws_api_shows_aws_s() -> None:
    error = ServiceError("InvalidName", "Invalid Name: 'a b'", detail="no white space", pointer="/name")
    assert json.loads(refusal(error, for_aws=True).body) == {"__type": "InvalidName", "message": "Invalid Name: 'a b'"}
    assert json.loads(refusal(error, for_aws=False).body) == {
        "title": "InvalidName", "status": 400, "detail": "no white space", "pointer": "/name",
    }  # fmt: skip


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


async def test_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    async with api_client() as (server, client):

        def mistake(*_: Any, **__: Any) -> None:
            raise ZeroDivisionError("secret detail")

        monkeypatch.setattr(server.actions, "call", mistake)
        aws, rest = await both(client)
        told(aws, "InternalServerError", 500)
        shown(rest, "InternalServerError", 500)
        assert b"secret" not in aws.body + rest.body
