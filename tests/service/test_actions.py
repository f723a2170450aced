"""The table of actions: each has a verb that answers with the type that it names, and a permission."""

from __future__ import annotations

import inspect
import re
from typing import Any, get_type_hints

import pytest

from statemachine.errors import ServiceError
from statemachine.schema_files import read_schema
from statemachine.service.actions import ACTIONS, START_EXECUTION, Action
from statemachine.service.requests import members_of
from statemachine.testing import in_memory_server
from tests.engine.definitions import PASS

EVERY = pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda action: action.name)
NOT_READ = {
    "CreateActivity": {"encryptionConfiguration"},
    "CreateStateMachine": {"publish", "versionDescription"},
    "ListExecutions": {"mapRunArn", "redriveFilter"},
    "UpdateStateMachine": {"publish", "versionDescription"},
}
"""Members of AWS's requests that no verb reads yet."""


@EVERY
async def test_the_verb_answers_with_the_type_of_the_table(action: Action[Any]) -> None:
    async with in_memory_server() as server:
        verb = action.verb(server.parts.service)
        assert inspect.iscoroutinefunction(verb)
        assert get_type_hints(verb)["return"] is action.answer
        kinds = {parameter.kind for parameter in inspect.signature(verb).parameters.values()}
        assert kinds <= {inspect.Parameter.KEYWORD_ONLY}


@EVERY
def test_a_permission_names_one_right(action: Action[Any]) -> None:
    assert re.fullmatch(r"(states|statemachine):[A-Z][A-Za-z]+", action.permission)
    if action.is_aws:
        assert action.permission == f"states:{action.name}"


@EVERY
async def test_a_verb_reads_every_member_of_aws_s_request(action: Action[Any]) -> None:
    if not action.is_aws:
        return
    assert action.name in read_schema("aws-requests.schema.json")["$defs"]
    async with in_memory_server() as server:
        parameters = inspect.signature(action.verb(server.parts.service)).parameters
    read = {re.sub(r"_(.)", lambda letter: letter[1].upper(), name) for name in parameters}
    assert members_of(action.name) - read == NOT_READ.get(action.name, set())


async def test_limits_hold_whoever_calls() -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        with pytest.raises(ServiceError) as refused:
            await server.actions.call(START_EXECUTION, stateMachineArn=arn, traceHeader="x" * 300)
        assert refused.value.code == "ValidationException"
        assert "traceHeader" in refused.value.message


async def test_a_member_of_none_is_left_out() -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        started = await server.actions.call(START_EXECUTION, stateMachineArn=arn, name=None, input=None)
        assert (await server.ended(started.execution_arn))["input"] == "{}"
