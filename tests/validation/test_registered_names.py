"""Advice on names that this server does not have: functions, shell commands, activities, placeholders."""

from __future__ import annotations

import json
from typing import Any

import pytest

from statemachine.config import ShellCommand
from statemachine.jobs import validate_job
from statemachine.service.validations import aws_validation
from statemachine.tasks.functions.invocation import Invocation, InvocationResponse
from statemachine.tasks.functions.lambda_endpoint import LambdaEndpoint
from statemachine.tasks.functions.lambda_function import LambdaTasks
from statemachine.tasks.registered import RegisteredNames, told
from statemachine.tasks.shell.kind import ShellTasks
from statemachine.validation import Finding, validate

LAMBDA = "arn:aws:lambda:us-east-1:000000000000:function:"
INVOKE = "arn:aws:states:::lambda:invoke"
ACTIVITY = "arn:aws:states:us-east-1:000000000000:activity:"


class Functions:
    """A FunctionRuntime with two functions, which nobody calls."""

    function_names = frozenset({"charge", "ship"})

    def has_function(self, name: str) -> bool:
        return name in self.function_names

    async def invoke(self, invocation: Invocation) -> InvocationResponse:
        raise NotImplementedError

    async def close(self) -> None:
        """There is nothing to release."""


KINDS = [LambdaTasks(Functions()), ShellTasks({"thumbnail": ShellCommand(argv=("/bin/true",))})]
REGISTERED = RegisteredNames(KINDS, lambda: [f"{ACTIVITY}approval"])
CHARGE = "There is no function 'chrage', so the task will fail. Registered here: charge, ship; nearest: charge"


def found(registered: RegisteredNames | None, **fields: Any) -> list[Finding]:
    """The findings about a Task state with these fields that has a limit of time."""
    state = {"Type": "Task", "TimeoutSeconds": 9, "End": True, **fields}
    return validate(json.dumps({"StartAt": "A", "States": {"A": state}}), "STANDARD", registered)


@pytest.mark.parametrize(
    ("fields", "pointer", "message"),
    [
        ({"Resource": f"{LAMBDA}chrage"}, "Resource", CHARGE),
        ({"Resource": f"{LAMBDA}chrage:$LATEST"}, "Resource", CHARGE),
        ({"Resource": INVOKE, "Parameters": {"FunctionName": "chrage"}}, "Parameters/FunctionName", CHARGE),
        (
            {"Resource": f"{INVOKE}.waitForTaskToken", "Parameters": {"FunctionName": f"{LAMBDA}chrage"}},
            "Parameters/FunctionName",
            CHARGE,
        ),
        (
            {"Resource": INVOKE, "QueryLanguage": "JSONata", "Arguments": {"FunctionName": "chrage"}},
            "Arguments/FunctionName",
            CHARGE,
        ),
        (
            {"Resource": "shell:thumb"},
            "Resource",
            "There is no shell command 'thumb', so the task will fail. Registered here: thumbnail; nearest: thumbnail",
        ),
        (
            {"Resource": f"{ACTIVITY}aproval"},
            "Resource",
            f"There is no activity '{ACTIVITY}aproval' yet. Registered here: {ACTIVITY}approval; "
            f"nearest: {ACTIVITY}approval",
        ),
        (
            {"Resource": "arn:aws:states:::sqs:sendMessage"},
            "Resource",
            "No kind of task here performs 'arn:aws:states:::sqs:sendMessage', so the task will fail with "
            "States.TaskFailed",
        ),
        (
            {"Resource": "letters:count"},
            "Resource",
            "No kind of task here performs 'letters:count', so the task will fail with States.TaskFailed",
        ),
    ],
)
def test_a_name_that_is_not_registered(fields: dict[str, Any], pointer: str, message: str) -> None:
    (finding,) = found(REGISTERED, **fields)
    assert (finding.code, finding.severity) == ("NOT_REGISTERED", "WARNING")
    assert (finding.pointer, finding.message) == (f"/States/A/{pointer}", message)
    assert aws_validation([finding], "WARNING").diagnostics == []
    assert found(None, **fields) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"Resource": f"{LAMBDA}charge"},
        {"Resource": "arn:aws:lambda:eu-west-1:123456789012:function:ship:blue"},
        {"Resource": INVOKE, "Parameters": {"FunctionName": "charge:blue"}},
        {"Resource": INVOKE, "Parameters": {"FunctionName.$": "$.name"}},
        {
            "Resource": INVOKE,
            "QueryLanguage": "JSONata",
            "Arguments": {"FunctionName": "{% $states.input.name %}"},
        },
        {"Resource": "shell:thumbnail"},
        {"Resource": f"{ACTIVITY}approval"},
    ],
)
def test_a_registered_name_and_one_that_is_not_known_yet(fields: dict[str, Any]) -> None:
    assert found(REGISTERED, **fields) == []


async def test_nothing_is_said_of_a_function_that_an_endpoint_may_have() -> None:
    endpoint = LambdaEndpoint("http://127.0.0.1:9")
    try:
        registered = RegisteredNames([LambdaTasks(Functions(), endpoint)])
        assert found(registered, Resource=f"{LAMBDA}chrage") == []
    finally:
        await endpoint.close()


@pytest.mark.parametrize(
    ("fields", "placeholder"),
    [
        ({"Resource": "shell:${Command}"}, "${Command}"),
        ({"Resource": f"{ACTIVITY}${{Approval}}"}, "${Approval}"),
        ({"Resource": INVOKE, "Parameters": {"FunctionName": "${Charge.Arn}"}}, "${Charge.Arn}"),
    ],
)
def test_a_placeholder_that_was_not_substituted(fields: dict[str, Any], placeholder: str) -> None:
    for registered in (REGISTERED, None):
        (finding,) = found(registered, **fields)
        assert (finding.code, finding.severity) == ("PLACEHOLDER", "WARNING")
        assert finding.message == (
            f"'{placeholder}' is a placeholder that was not substituted: put the name or the ARN in its place"
        )


def test_a_placeholder_in_the_place_of_an_arn_is_told_beside_the_error() -> None:
    findings = found(REGISTERED, Resource="${Charge.Arn}")
    assert sorted(finding.code for finding in findings) == ["PLACEHOLDER", "SCHEMA_VALIDATION_FAILED"]


def test_a_function_of_a_job() -> None:
    job = '{"id": "j", "tasks": [{"id": "a", "functionName": "charge"}, {"id": "b", "functionName": "chrage"}]}'
    (finding,) = validate_job(job, "ordered", REGISTERED)
    assert (finding.code, finding.severity) == ("NOT_REGISTERED", "WARNING")
    assert (finding.pointer, finding.message) == ("/tasks/1/functionName", CHARGE)


@pytest.mark.parametrize(
    ("known", "text"),
    [
        ([], "Registered here: none"),
        (["b", "a"], "Registered here: a, b"),
        (
            [f"f{number:02d}" for number in range(12)],
            "Registered here: f00, f01, f02, f03, f04, f05, f06, f07, f08, f09 and 2 more",
        ),
    ],
)
def test_registered_names_in_a_text(known: list[str], text: str) -> None:
    assert told("name", known) == text
