"""Which definitions and jobs are the same: to the letter on the AWS API, as JSON values for everything that is ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from statemachine.json_text import dump
from statemachine.testing import in_memory_server
from tests.engine.definitions import ROLE
from tests.service.refusals import refusal

ARN = "arn:aws:states:us-east-1:000000000000:stateMachine:m"
DEFINITION: dict[str, Any] = {
    "StartAt": "P",
    "States": {"P": {"Type": "Pass", "Result": {"ä": 1, "large": 10**30}, "End": True}},
}
TEXT = json.dumps(DEFINITION, indent=2)
SAME = [
    dump(json.loads(json.dumps(DEFINITION["States"]["P"]))).join(('{"StartAt":"P","States":{"P":', "}}")),
    json.dumps(DEFINITION, sort_keys=True),
    json.dumps(DEFINITION, ensure_ascii=False),
    json.dumps({name: DEFINITION[name] for name in ("States", "StartAt")}),
    TEXT + "\n",
]
OTHER = [TEXT.replace("1,", "1.0,"), TEXT.replace("1,", "true,"), TEXT.replace('"P"', '"Q"')]


async def current(server: Any) -> tuple[str, str]:
    """The current revision: its id and its definition."""
    described = await server.ask("DescribeStateMachine", state_machine_arn=ARN, tell_revision=True)
    return described["revisionId"], described["definition"]


@pytest.mark.parametrize("text", SAME)
async def test_the_same_value_is_registered_once(text: str) -> None:
    """As a file that `run --data` has registered, and that the REST API then gets."""
    async with in_memory_server() as server:
        await server.ask("CreateStateMachine", name="m", definition=TEXT, role_arn=ROLE)
        before = await current(server)
        again = await server.ask("RegisterStateMachine", name="m", definition=text)
        assert again["revisionId"] == before[0]
        await server.ask("UpdateStateMachine", state_machine_arn=ARN, definition=text, by_value=True)
        assert await current(server) == before == (before[0], TEXT)


@pytest.mark.parametrize("text", OTHER)
async def test_another_value_is_another_definition(text: str) -> None:
    async with in_memory_server() as server:
        await server.ask("CreateStateMachine", name="m", definition=TEXT, role_arn=ROLE)
        before = await current(server)
        refused = await refusal(server.ask("RegisterStateMachine", name="m", definition=text))
        assert refused.code == "StateMachineAlreadyExists"
        await server.ask("UpdateStateMachine", state_machine_arn=ARN, definition=text, by_value=True)
        assert (await current(server))[0] != before[0]


@pytest.mark.parametrize("text", SAME)
async def test_aws_compares_the_text(text: str) -> None:
    """(recorded) for CreateStateMachine"""
    async with in_memory_server() as server:
        await server.ask("CreateStateMachine", name="m", definition=TEXT, role_arn=ROLE)
        again = server.ask("CreateStateMachine", name="m", definition=text, role_arn=ROLE)
        assert (await refusal(again)).code == "StateMachineAlreadyExists"
        await server.ask("UpdateStateMachine", state_machine_arn=ARN, definition=text)
        assert (await current(server))[1] == text


async def test_a_job_is_compared_as_a_value() -> None:
    ordered = {"id": "m", "tasks": [{"id": "a", "functionName": "f"}, {"id": "b", "functionName": "f"}]}
    async with in_memory_server() as server:
        await server.ask("RegisterJob", text=json.dumps(ordered, indent=3))
        before = await current(server)
        await server.ask("RegisterJob", text=json.dumps(ordered, sort_keys=True))
        assert await current(server) == before
        await server.ask("RegisterJob", text=json.dumps(ordered | {"tasks": ordered["tasks"][:1]}))
        assert (await current(server))[0] != before[0]
