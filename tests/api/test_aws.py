"""The AWS API: AWS's members in, AWS's shapes out."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from statemachine.core.limits import PAYLOAD_BYTES_MAX
from statemachine.host import NotDurable, Unavailable
from statemachine.service.actions import ACTIONS
from statemachine.testing import START
from tests.api.client import Answer, Request, api_client
from tests.engine.definitions import ACTIVITY, PASS, ROLE, task, wait

MACHINE = {"name": "m", "definition": json.dumps(PASS), "roleArn": ROLE}
MACHINE_ARN = "arn:aws:states:us-east-1:000000000000:stateMachine:m"
ARN = "arn:aws:states:us-east-1:000000000000:execution:m:e"
SCHEMA = Path(__file__).parents[2] / "schemas" / "aws-requests.schema.json"
REQUEST_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def refused(answer: Answer, code: str, status: int = 400) -> str:
    """The text of a refusal in AWS's shape."""
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/x-amz-json-1.0"
    assert answer.headers["x-amzn-errortype"] == code
    assert REQUEST_ID.fullmatch(answer.headers["x-amzn-requestid"])
    assert answer.json["__type"] == code
    message: str = answer.json["message"]
    assert message
    return message


async def test_an_action_in_aws_shape() -> None:
    async with api_client() as (_, client):
        answer = await client.aws("CreateStateMachine", MACHINE)
        assert answer.status == 200
        assert answer.headers["content-type"] == "application/x-amz-json-1.0"
        assert REQUEST_ID.fullmatch(answer.headers["x-amzn-requestid"])
        assert answer.json == {"stateMachineArn": MACHINE_ARN, "creationDate": START}


async def test_signatures_are_not_checked() -> None:
    async with api_client() as (_, client):
        signed = await client.aws("ListStateMachines", Authorization="AWS4-HMAC-SHA256 Credential=nonsense")
        assert signed.json == (await client.aws("ListStateMachines")).json == {"stateMachines": []}


async def test_an_empty_body_has_no_members() -> None:
    async with api_client() as (_, client):
        assert (await client.request("POST", "/", b"", {"X-Amz-Target": "AWSStepFunctions.ListActivities"})).json == {
            "activities": []
        }


async def test_members_that_are_null_are_not_given() -> None:
    async with api_client() as (_, client):
        assert (await client.aws("ListActivities", {"maxResults": None, "nextToken": None})).status == 200


async def test_members_that_aws_does_not_have_are_ignored() -> None:
    async with api_client() as (_, client):
        assert (await client.aws("ListActivities", {"surprise": [1]})).status == 200


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (None, "The header X-Amz-Target is missing"),
        ("", "The header X-Amz-Target is missing"),
        ("AWSStepFunctions.", "The action AWSStepFunctions. is not known"),
        ("AWSStepFunctions.Fly", "The action AWSStepFunctions.Fly is not known"),
        ("AWSStepFunctions.ListTasks", "The action AWSStepFunctions.ListTasks is not known"),
        ("ListActivities", "The action ListActivities is not known"),
        ("DynamoDB_20120810.ListTables", "The action DynamoDB_20120810.ListTables is not known"),
        (
            "AWSStepFunctions.PublishStateMachineVersion",
            "This server does not have the action PublishStateMachineVersion; "
            "docs/api.md lists the actions that it has",
        ),
    ],
)
async def test_an_action_that_is_not_here_is_refused_with_the_reason(target: str | None, message: str) -> None:
    async with api_client() as (_, client):
        answer = await client.request("POST", "/", {}, {"X-Amz-Target": target})
        assert refused(answer, "UnknownOperationException") == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "Unexpected end-of-input"),
        (b"not json", "Unrecognized token 'not'"),
        (b"[]", "Start of structure or map found where not expected."),
        (b"1", "Start of structure or map found where not expected."),
        (b"null", "Start of structure or map found where not expected."),
        (b'{"a":1}x', "Unrecognized token 'x'"),
        (b'{"name":"\xff"}', "Invalid UTF-8 byte 0xff"),
        (b'{"name":"\\ud800"}', "Lone surrogate"),
        (b'{"name":"a","name":"b"}', "Duplicate field 'name'"),
        (b'{"maxResults":NaN}', "Non-standard token 'NaN'"),
        (b'{"maxResults":1e999}', "out of range"),
        (b'{"maxResults":' + b"1" * 500 + b"}", "exceeds the maximum allowed (400)"),
        (b'{"a":' * 100_000, "Nesting is deeper than 100"),
        (b"[" * 100_000 + b"]" * 100_000, "Nesting is deeper than 100"),
        (b'{"a":' + b"[" * 101 + b"]" * 101 + b"}", "Nesting is deeper than 100"),
        (b'{"name":"' + b"a" * 1_000 + b"\n", "Illegal unquoted character"),
    ],
)
async def test_a_body_that_is_not_a_json_object_is_refused(body: bytes, message: str) -> None:
    async with api_client() as (_, client):
        answer = await client.request("POST", "/", body, {"X-Amz-Target": "AWSStepFunctions.CreateActivity"})
        assert message in refused(answer, "SerializationException")
        assert (await client.aws("ListActivities")).json == {"activities": []}


async def test_large_requests_are_refused_by_their_length() -> None:
    async with api_client() as (_, client):
        answer = await client.request("POST", "/", b"x" * (2 * 1024 * 1024))
        assert "1048576" in refused(answer, "RequestEntityTooLargeException", 413)


async def test_large_requests_without_a_length_are_refused_as_soon_as_they_are_too_large() -> None:
    async with api_client(body_bytes_max=1000) as (_, client):
        endless = Request("POST", "/", {"Host": "localhost"}, *[b"x" * 400] * 3, complete=False)
        refused(await client.serve(endless), "RequestEntityTooLargeException", 413)


async def test_a_body_may_come_in_pieces() -> None:
    async with api_client() as (_, client):
        headers = {"Host": "localhost", "X-Amz-Target": "AWSStepFunctions.CreateActivity"}
        answer = await client.serve(Request("POST", "/", headers, b'{"na', b'me":', b'"work"}'))
        assert answer.json["activityArn"] == ACTIVITY


@pytest.mark.parametrize("parts", [[], [b'{"name":"work"}']])
async def test_a_body_that_ends_too_early_is_not_acted_upon(parts: list[bytes]) -> None:
    headers = {"Host": "localhost", "X-Amz-Target": "AWSStepFunctions.CreateActivity", "Content-Length": "16"}
    async with api_client() as (server, client):
        cut_off = Request("POST", "/", headers, *parts, complete=False)
        cut_off.hang_up()
        await client.serve(cut_off)
        assert server.store.scan("a/") == []


AWS_ACTIONS = {action.name for action in ACTIONS.values() if action.is_aws}
WRONG = [1, 1.5, True, [], {}, ["a"], {"a": 1}]


@pytest.mark.parametrize("value", WRONG, ids=repr)
async def test_wrong_types_everywhere(value: Any) -> None:
    """Every member of every action, given something that is no string."""
    schema = json.loads(SCHEMA.read_text())["$defs"]
    async with api_client() as (server, client):
        for action in AWS_ACTIONS:
            for member, rule in schema[action]["properties"].items():
                if rule["type"] == "string":
                    refused(await client.aws(action, {member: value}), "SerializationException")
        assert server.store.scan("m/") == server.store.scan("a/") == server.store.scan("e/") == []


async def test_an_input_above_the_limit_is_refused() -> None:
    async with api_client() as (server, client):
        await client.aws("CreateStateMachine", MACHINE)
        text = '"' + "x" * (PAYLOAD_BYTES_MAX - 2) + '"'
        started = await client.aws("StartExecution", {"stateMachineArn": MACHINE_ARN, "input": text})
        assert (await server.ended(started.json["executionArn"]))["output"] == text
        too_large = {"stateMachineArn": MACHINE_ARN, "input": text + " "}
        refused(await client.aws("StartExecution", too_large), "ValidationException")


async def test_timestamps_are_seconds_with_milliseconds() -> None:
    async with api_client() as (server, client):
        server.clock.now += 0.2567894
        made = await client.aws("CreateStateMachine", MACHINE)
        assert made.body.endswith(b'"creationDate":1700000000.256}')
        started = await client.aws("StartExecution", {"stateMachineArn": MACHINE_ARN, "name": "e"})
        described = await client.aws("DescribeExecution", {"executionArn": ARN})
        history = await client.aws("GetExecutionHistory", {"executionArn": ARN})
        first = history.json["events"][0]["timestamp"]
        assert started.json["startDate"] == described.json["startDate"] == first == 1_700_000_000.256


async def test_an_invalid_definition_is_refused_with_the_place() -> None:
    async with api_client() as (_, client):
        answer = await client.aws("CreateStateMachine", MACHINE | {"definition": '{"StartAt":"X","States":{}}'})
        assert " at /States" in refused(answer, "InvalidDefinition")
        assert "findings" not in answer.json


@pytest.mark.parametrize("error", [Unavailable(), NotDurable("disk full")])
async def test_an_unavailable_server_asks_to_try_again(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    async with api_client() as (server, client):

        async def refuse(_: Any) -> None:
            raise error

        monkeypatch.setattr(server.engine, "write", refuse)
        answer = await client.aws("CreateStateMachine", MACHINE)
        refused(answer, "ServiceUnavailable", 503)
        assert answer.headers["retry-after"] == "1"


async def test_a_defect_is_answered_without_its_details(monkeypatch: pytest.MonkeyPatch) -> None:
    async with api_client() as (server, client):

        def mistake(*_: Any) -> None:
            raise ZeroDivisionError("secret detail")

        monkeypatch.setattr(server.engine, "read", mistake)
        answer = await client.aws("DescribeExecution", {"executionArn": ARN})
        assert refused(answer, "InternalServerError", 500) == "Internal error"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
async def test_other_methods_are_not_served(method: str) -> None:
    async with api_client() as (_, client):
        answer = await client.request(method, "/")
        assert answer.status == 405
        assert "POST" in answer.headers["allow"]


def poll() -> Request:
    """A long poll that is under way."""
    headers = {"Host": "localhost", "X-Amz-Target": "AWSStepFunctions.GetActivityTask"}
    return Request("POST", "/", headers, json.dumps({"activityArn": ACTIVITY}).encode())


async def test_a_long_poll_gets_the_task_that_comes() -> None:
    async with api_client() as (server, client):
        await server.ask("CreateActivity", name="work")
        polling = asyncio.create_task(client.serve(poll()))
        await asyncio.sleep(0)
        await server.start(await server.create(task(ACTIVITY)), '"given"')
        answer = await polling
        assert answer.json["input"] == '"given"'
        assert (await client.aws("SendTaskHeartbeat", {"taskToken": answer.json["taskToken"]})).json == {}


@pytest.mark.parametrize("turns", [0, 1, 2, 5, 10])
async def test_a_long_poll_is_given_up_when_its_client_goes_away(turns: int) -> None:
    async with api_client() as (server, client):
        await server.ask("CreateActivity", name="work")
        gone = poll()
        polling = asyncio.create_task(client.serve(gone))
        for _ in range(turns):
            await asyncio.sleep(0)
        gone.hang_up()
        assert (await polling).status == 499
        arn = await server.start(await server.create(task(ACTIVITY)), '"given"')
        await server.settle()
        assert "ActivityStarted" not in await server.types(arn)
        assert (await client.serve(poll())).json["input"] == '"given"'


async def test_a_long_poll_ends_empty_when_the_server_drains() -> None:
    async with api_client() as (server, client):
        await server.ask("CreateActivity", name="work")
        polling = asyncio.create_task(client.serve(poll()))
        await asyncio.sleep(0)
        await server.engine.drain()
        answer = await polling
        assert (answer.status, answer.json) == (200, {})
        refused(await client.aws("CreateActivity", {"name": "late"}), "ServiceUnavailable", 503)
        assert (await client.aws("ListActivities")).status == 200


async def test_all_actions_on_one_execution() -> None:
    """Each action once, as a client would use it; what it answers has AWS's members."""
    async with api_client() as (server, client):
        done: dict[str, set[str]] = {}

        async def call(action: str, **members: Any) -> Any:
            answer = await client.aws(action, members)
            assert answer.status == 200, answer.body
            done[action] = set(answer.json)
            return answer.json

        await call("CreateActivity", name="work")
        await call("CreateStateMachine", **MACHINE | {"definition": json.dumps(task(ACTIVITY))})
        await call(
            "UpdateStateMachine", stateMachineArn=MACHINE_ARN, definition=json.dumps(task(ACTIVITY, Comment="2"))
        )
        for name in ("e", "f", "g"):
            await call("StartExecution", stateMachineArn=MACHINE_ARN, name=name, input="[]")
        tokens = [(await call("GetActivityTask", activityArn=ACTIVITY, workerName="w"))["taskToken"] for _ in range(2)]
        await call("SendTaskHeartbeat", taskToken=tokens[0])
        await call("SendTaskSuccess", taskToken=tokens[0], output="1")
        await call("SendTaskFailure", taskToken=tokens[1], error="E", cause="C")
        await call("StopExecution", executionArn=f"{ARN[:-1]}g")
        assert (await server.ended(ARN))["output"] == "1"
        await call("DescribeExecution", executionArn=ARN)
        await call("DescribeStateMachineForExecution", executionArn=ARN)
        await call("GetExecutionHistory", executionArn=ARN, maxResults=2, reverseOrder=True)
        await call("ListExecutions", stateMachineArn=MACHINE_ARN, statusFilter="FAILED")
        await call("DescribeStateMachine", stateMachineArn=MACHINE_ARN)
        await call("ListStateMachines")
        await call("TagResource", resourceArn=ACTIVITY, tags=[{"key": "k", "value": "v"}])
        await call("ListTagsForResource", resourceArn=ACTIVITY)
        await call("UntagResource", resourceArn=ACTIVITY, tagKeys=["k"])
        await call("DescribeActivity", activityArn=ACTIVITY)
        await call("ListActivities")
        await call("ValidateStateMachineDefinition", definition=json.dumps(PASS))
        await call("DeleteActivity", activityArn=ACTIVITY)
        await call("DeleteStateMachine", stateMachineArn=MACHINE_ARN)
        assert set(done) == AWS_ACTIONS
        assert done["GetActivityTask"] == {"taskToken", "input"}
        assert done["UpdateStateMachine"] == {"updateDate", "revisionId"}
        assert done["GetExecutionHistory"] == {"events", "nextToken"}
        assert done["StopExecution"] == {"stopDate"}
        assert done["DeleteActivity"] == done["SendTaskSuccess"] == set()


async def test_bad_definitions_are_answered_and_bad_members_are_refused() -> None:
    async with api_client() as (_, client):
        broken = {"definition": '{"States": {"P": {"Type": "Fail", "Cause": "$.Cause"}}}'}
        error = {
            "severity": "ERROR",
            "code": "SCHEMA_VALIDATION_FAILED",
            "message": "These fields are required: [StartAt]",
            "location": "/",
        }
        told = await client.aws("ValidateStateMachineDefinition", broken)
        assert told.status == 200
        assert told.json == {"result": "FAIL", "diagnostics": [error], "truncated": False}
        all_told = await client.aws("ValidateStateMachineDefinition", broken | {"severity": "WARNING"})
        assert [diagnostic["code"] for diagnostic in all_told.json["diagnostics"]] == [error["code"], "NO_PATH"]
        first = await client.aws(
            "ValidateStateMachineDefinition", broken | {"severity": "WARNING", "maxResults": 1, "type": "EXPRESS"}
        )
        assert first.json == {"result": "FAIL", "diagnostics": [error], "truncated": True}
        for wrong, text in (({"severity": "INFO"}, "[ERROR, WARNING]"), ({"maxResults": 101}, "equal to 100")):
            answer = await client.aws("ValidateStateMachineDefinition", broken | wrong)
            assert text in refused(answer, "ValidationException")


async def test_waiting_for_one_thing_holds_up_nothing_else() -> None:
    async with api_client() as (server, client):
        await server.ask("CreateActivity", name="work")
        polls = [asyncio.create_task(client.serve(poll())) for _ in range(200)]
        await server.start(await server.create(wait(60)))
        assert (await client.aws("ListStateMachines")).status == 200
        await server.engine.drain()
        assert {answer.status for answer in await asyncio.gather(*polls)} == {200}
