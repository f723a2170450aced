"""Credentials of a Task: the role is evaluated at each attempt and noted when the task is scheduled (recorded)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.script import Run

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"
INVOKE = "arn:aws:states:::lambda:invoke"
ACTIVITY = "arn:aws:states:us-east-1:000000000000:activity:a"
ROLE = "arn:aws:iam::111111111111:role/other"
PATH = {"RoleArn.$": "$.role"}
EXPRESSION = {"RoleArn": "{% $states.input.role %}"}


def scheduled(resource: str, credentials: Any, language: str = "JSONPath", input: str = "{}") -> Run:
    """An execution of one Task that is retried once."""
    task = {
        "Type": "Task",
        "Resource": resource,
        "Credentials": credentials,
        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}],
        "End": True,
    }
    definition = {"QueryLanguage": language, "StartAt": "T", "States": {"T": task}}
    answers = {"T": [{"Error": "E", "Cause": "c"}, 1]}
    return Run(definition, input, answers, frozenset({ACTIVITY})).finish()


@pytest.mark.parametrize(
    ("credentials", "language"),
    [
        ({"RoleArn": ROLE}, "JSONPath"),
        (PATH, "JSONPath"),
        ({"RoleArn.$": "$$.Execution.Input.role"}, "JSONPath"),
        ({"RoleArn.$": "States.Format('{}', $.role)"}, "JSONPath"),
        (EXPRESSION, "JSONata"),
        ("{% {'RoleArn': $states.input.role} %}", "JSONata"),
    ],
)
@pytest.mark.parametrize("resource", [FUNCTION, INVOKE])
def test_each_attempt_notes_the_role(resource: str, credentials: Any, language: str) -> None:
    run = scheduled(resource, credentials, language, f'{{"role": "{ROLE}"}}')
    assert run.execution.status == "SUCCEEDED"
    found = [event.details for event in run.history if event.type.endswith("Scheduled")]
    assert [details and details["taskCredentials"] for details in found] == [{"roleArn": ROLE}] * 2


def test_an_activity_has_no_member_for_the_role() -> None:
    """(service model)"""
    run = scheduled(ACTIVITY, {"RoleArn": ROLE})
    found = [event.details for event in run.history if event.type == "ActivityScheduled"]
    assert len(found) == 2
    assert not any(details and "taskCredentials" in details for details in found)


@pytest.mark.parametrize(
    ("credentials", "input", "error", "cause"),
    [
        (PATH, "{}", "States.Runtime",
         "The JSONPath '$.role' specified for the field 'RoleArn.$' could not be found in the input '{}'"),
        (PATH, '{"role": null}', "States.Runtime",
         'Credentials must have a RoleArn, which is a string, but was: {"RoleArn":null}'),
        (EXPRESSION, "{}", "States.QueryEvaluationError",
         "The JSONata expression '$states.input.role' specified for the field 'Credentials/RoleArn' returned nothing "
         "(undefined)."),
        (EXPRESSION, '{"role": 1}', "States.QueryEvaluationError",
         'Credentials must have a RoleArn, which is a string, but was: {"RoleArn":1}'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("resource", [FUNCTION, INVOKE, ACTIVITY])
def test_a_role_that_is_not_found_fails_the_state_before_the_task_is_scheduled(
    resource: str, credentials: Any, input: str, error: str, cause: str
) -> None:
    run = scheduled(resource, credentials, "JSONPath" if credentials is PATH else "JSONata", input)
    assert (run.execution.status, run.execution.error) == ("FAILED", error)
    prefix = "An error occurred while executing the state 'T' (entered at the event id #2). "
    assert run.execution.cause == prefix + cause
    assert not any("Scheduled" in event.type for event in run.history)
