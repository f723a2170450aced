"""Limits of requests, checked before any verb: every broken constraint is named, in AWS's words and in ours."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.errors import ServiceError
from statemachine.service.requests import check_request

ARN = "arn:aws:states:us-east-1:000000000000:stateMachine:m"
CREATE = {"name": "m", "definition": "{}", "roleArn": "r"}


def refusal(operation: str, members: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(ServiceError) as refused:
        check_request(operation, members)
    return refused.value.code, refused.value.message


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("ListStateMachines", {}),
        ("ListStateMachines", {"maxResults": 0}),
        ("ListStateMachines", {"maxResults": 1000, "nextToken": None}),
        ("CreateStateMachine", {**CREATE, "type": "EXPRESS", "tags": []}),
        ("CreateStateMachine", {**CREATE, "name": "x" * 200}),
        ("CreateActivity", {"name": ""}),
        ("StartExecution", {"stateMachineArn": ARN, "name": "a b", "traceHeader": "Root=1-2"}),
        ("SendTaskFailure", {"taskToken": "t", "error": "x" * 256, "cause": "x" * 32_768}),
        ("GetExecutionHistory", {"executionArn": ARN, "reverseOrder": True, "includeExecutionData": False}),
        ("DescribeExecution", {"executionArn": ARN, "includedData": "METADATA_ONLY"}),
        ("ListExecutions", {"stateMachineArn": ARN, "statusFilter": "TIMED_OUT", "nextToken": "x" * 3096}),
    ],
)
def test_a_request_within_the_limits_passes(operation: str, members: dict[str, Any]) -> None:
    check_request(operation, members)


@pytest.mark.parametrize(
    ("operation", "members", "broken"),
    [
        ("ListExecutions", {"maxResults": 1001}, "Value '1001' at 'maxResults' failed to satisfy constraint: "
            "Member must have value less than or equal to 1000"),
        ("ListExecutions", {"maxResults": -1}, "Value '-1' at 'maxResults' failed to satisfy constraint: "
            "Member must have value greater than or equal to 0"),
        ("ListActivities", {"nextToken": ""}, "Value '' at 'nextToken' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1"),
        ("ListExecutions", {"nextToken": "x" * 3097}, f"Value '{'x' * 3097}' at 'nextToken' failed to satisfy "
            "constraint: Member must have length less than or equal to 3096"),
        ("DescribeExecution", {"executionArn": ARN, "includedData": "SOME"}, "Value 'SOME' at 'includedData' failed to "
            "satisfy constraint: Member must satisfy enum value set: [ALL_DATA, METADATA_ONLY]"),
        ("StartExecution", {"stateMachineArn": ARN, "traceHeader": "ä"}, "Value 'ä' at 'traceHeader' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: \\p{ASCII}*"),
        ("DescribeStateMachine", {}, "Value null at 'stateMachineArn' failed to satisfy constraint: "
            "Member must not be null"),
        ("CreateActivity", {"name": "a", "tags": [{"key": "k"}, {"key": ""}]}, "Value '' at 'tags.2.member.key' failed "
            "to satisfy constraint: Member must have length greater than or equal to 1"),
    ],
)  # fmt: skip
def test_a_broken_constraint_is_named_in_aws_s_words(operation: str, members: dict[str, Any], broken: str) -> None:
    if "stateMachineArn" not in members and operation == "ListExecutions":
        members = {"stateMachineArn": ARN, **members}
    assert refusal(operation, members) == ("ValidationException", f"1 validation error detected: {broken}")


def test_all_broken_constraints_are_named_at_once() -> None:
    code, message = refusal("CreateStateMachine", {"name": "m", "type": "FAST", "roleArn": ""})
    assert code == "ValidationException"
    assert message.startswith("3 validation errors detected: Value null at 'definition' ")
    assert "'type'" in message
    assert "'roleArn'" in message


def test_a_sensitive_value_is_not_repeated() -> None:
    _, message = refusal("SendTaskFailure", {"taskToken": "t", "error": "secret" * 50})
    assert message.startswith("1 validation error detected: Value at 'error' failed")
    assert "secret" not in message


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("maxResults", "1", "STRING_VALUE can not be converted to an Integer"),
        ("maxResults", 1.5, "NUMBER_VALUE can not be converted to an Integer"),
        ("maxResults", True, "TRUE_VALUE can not be converted to an Integer"),
        ("nextToken", 1, "NUMBER_VALUE can not be converted to a String"),
        ("nextToken", False, "FALSE_VALUE can not be converted to a String"),
        ("nextToken", [], "Unexpected list where a String was expected"),
        ("nextToken", {}, "Unexpected map where a String was expected"),
        ("reverseOrder", "true", "STRING_VALUE can not be converted to a Boolean"),
    ],
)
def test_a_wrong_type_is_a_serialization_error(member: str, value: Any, message: str) -> None:
    assert refusal("GetExecutionHistory", {"executionArn": ARN, member: value}) == ("SerializationException", message)


def test_a_wrong_type_of_a_structure_is_a_serialization_error() -> None:
    for wrong in ("x", 1, {}):
        assert refusal("CreateActivity", {"name": "a", "tags": wrong})[1] == "Expected list or null"
    for wrong in ("x", 1, []):
        members = {**CREATE, "tracingConfiguration": wrong}
        assert refusal("CreateStateMachine", members)[1] == "Expected map or null"


@pytest.mark.parametrize(
    ("action", "members", "detail", "pointer"),
    [
        ("ListTasks", {"maxResults": 1001}, "'maxResults' must be at most 1000", "/maxResults"),
        ("ListTasks", {"maxResults": -1}, "'maxResults' must be at least 0", "/maxResults"),
        ("ListTasks", {"nextToken": ""}, "'nextToken' must have 1 or more characters", "/nextToken"),
        ("CreateActivity", {}, "'name' is required", "/name"),
        ("RegisterStateMachine", {"name": "m"}, "'definition' is required", "/definition"),
        (
            "RegisterStateMachine",
            {**CREATE, "type": "FAST", "roleArn": "r" * 257},
            "'roleArn' must have at most 256 characters; 'type' must be one of STANDARD, EXPRESS",
            "/roleArn",
        ),
        (
            "RegisterStateMachine",
            {**CREATE, "loggingConfiguration": {"level": "SOME"}},
            "'loggingConfiguration.level' must be one of ALL, ERROR, FATAL, OFF",
            "/loggingConfiguration/level",
        ),
        (
            "CreateActivity",
            {"name": "a", "tags": [{"key": "k"}, {"key": ""}]},
            "'tags[1].key' must have 1 or more characters",
            "/tags/1/key",
        ),
        ("AwaitExecutionUpdates", {"executionArn": ARN, "wait": 60.5}, "'wait' must be at most 60", "/wait"),
        ("AwaitExecutionUpdates", {"executionArn": ARN, "since": 1.5}, "'since' must be an integer", "/since"),
        ("ListTasks", {"maxResults": True}, "'maxResults' must be an integer", "/maxResults"),
        ("CreateActivity", {"name": 1}, "'name' must be a string", "/name"),
        ("CreateActivity", {"name": "a", "tags": {}}, "'tags' must be an array", "/tags"),
        ("ListFilteredExecutions", {"status": ["DONE"]}, "'status[0]' must be one of PENDING, ", "/status/0"),
    ],
)  # fmt: skip
def test_our_own_text_names_the_member_and_the_rule(
    action: str, members: dict[str, Any], detail: str, pointer: str
) -> None:
    with pytest.raises(ServiceError) as refused:
        check_request(action, members)
    assert refused.value.detail.startswith(detail)
    assert refused.value.members == {"pointer": pointer}
