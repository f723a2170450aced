"""The table of actions: each has a request, a verb that answers with the type of the table, and a permission."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from typing import Any, get_type_hints

import pytest

from statemachine.core.limits import HISTORY_EVENTS_MAX
from statemachine.core.model import ENDED, UNENDED
from statemachine.schema_files import read_schema
from statemachine.service.actions import ACTIONS, LIST_TASKS, START_EXECUTION, Action, wire_name
from statemachine.service.requests import is_aws_action, members_of
from statemachine.testing import in_memory_server
from tests.engine.definitions import PASS
from tests.service.refusals import refusal

EVERY = pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda action: action.name)
AWS = [action for action in ACTIONS.values() if action.is_aws]
OWN = [action for action in ACTIONS.values() if not action.is_aws]
NOT_READ = {"ListExecutions": {"mapRunArn", "redriveFilter"}}
"""Members of AWS's requests that no verb reads yet. They are refused."""
ADDED = {
    "DeleteActivity": {"mustExist"},
    "DeleteStateMachine": {"expected", "mustExist"},
    "DescribeStateMachine": {"tellRevision"},
    "StartExecution": {"priority", "startAt"},
    "UpdateStateMachine": {"byValue", "expected", "tellRevision"},
}
"""Members that our verbs have besides those of AWS's requests."""


async def parameters_of(action: Action[Any]) -> set[str]:
    async with in_memory_server() as server:
        return {wire_name(name) for name in inspect.signature(action.verb(server.parts.service)).parameters}


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


@pytest.mark.parametrize("action", AWS, ids=lambda action: action.name)
def test_the_permission_of_an_aws_action_has_its_name(action: Action[Any]) -> None:
    assert is_aws_action(action.name)
    assert action.permission == f"states:{action.name}"


@pytest.mark.parametrize("action", AWS, ids=lambda action: action.name)
async def test_a_verb_reads_every_member_of_an_aws_request(action: Action[Any]) -> None:
    read = await parameters_of(action)
    assert members_of(action.name) - read == NOT_READ.get(action.name, set())
    assert read - members_of(action.name) == ADDED.get(action.name, set())


@EVERY
async def test_a_verb_uses_every_parameter_that_it_has(action: Action[Any]) -> None:
    async with in_memory_server() as server:
        verb = action.verb(server.parts.service)
        tree = ast.parse(textwrap.dedent(inspect.getsource(verb)))
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert inspect.signature(verb).parameters.keys() <= used


UNREAD = [(action, member) for action in AWS for member in sorted(NOT_READ.get(action.name, ()))]


@pytest.mark.parametrize(("action", "member"), UNREAD, ids=lambda each: getattr(each, "name", each))
async def test_a_member_that_no_verb_reads_is_refused_by_name_unless_it_asks_for_nothing(
    action: Action[Any], member: str
) -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        schema = read_schema("aws-requests.schema.json")["$defs"][action.name]["properties"][member]
        needed = {"stateMachineArn": arn}
        value = schema["enum"][0] if "enum" in schema else "x"
        refused = await refusal(server.actions.call(action, **needed, **{member: value}))
        assert refused.code == "ValidationException"
        assert refused.message == f"This server does not support '{member}' of {action.name} yet: leave it out"
        assert refused.members == {"pointer": f"/{member}"}
        await server.actions.call(action, **needed, **{member: None})


@pytest.mark.parametrize("action", OWN, ids=lambda action: action.name)
async def test_a_request_of_ours_has_the_members_of_its_verb(action: Action[Any]) -> None:
    assert not is_aws_action(action.name)
    assert members_of(action.name) == await parameters_of(action)


def test_every_request_of_ours_has_an_action() -> None:
    assert read_schema("own-requests.schema.json")["$defs"].keys() == {action.name for action in OWN}


def test_the_request_schema_knows_every_status_and_the_longest_history() -> None:
    requests = read_schema("own-requests.schema.json")["$defs"]
    status = requests["ListFilteredExecutions"]["properties"]["status"]["items"]
    assert status["enum"] == [*UNENDED, *ENDED]
    for action in ("AwaitExecutionUpdates", "DescribeExecutionUpdates"):
        assert requests[action]["properties"]["since"]["maximum"] == HISTORY_EVENTS_MAX


async def test_actions_call_checks_the_limits() -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        refused = await refusal(server.actions.call(START_EXECUTION, stateMachineArn=arn, traceHeader="x" * 300))
        assert refused.code == "ValidationException"
        assert "traceHeader" in refused.message
        assert (await refusal(server.actions.call(LIST_TASKS, maxResults=1001))).code == "ValidationException"


async def test_a_member_of_none_is_left_out() -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        started = await server.actions.call(START_EXECUTION, stateMachineArn=arn, name=None, input=None)
        assert (await server.ended(started.execution_arn))["input"] == "{}"


@pytest.mark.parametrize("value", [1, None])
async def test_a_member_that_an_action_does_not_have_is_an_error_of_the_caller(value: Any) -> None:
    async with in_memory_server() as server:
        with pytest.raises(TypeError, match="ListTasks has no member maxResultz"):
            await server.actions.call(LIST_TASKS, maxResultz=value)
