"""Findings in responses: AWS's text of InvalidDefinition, and the diagnostics of ValidateStateMachineDefinition."""

from __future__ import annotations

import json
from typing import Any

from statemachine.validation import Finding, invalid_definition, validate, validate_state
from statemachine.validation.definition import CHARACTERS_MAX, FINDINGS_MAX, STATES_MAX
from statemachine.validation.finding import REPORTED_MAX
from tests.validation.answers import diagnostics, report

PREFIX = "Invalid State Machine Definition: "
WITH_WARNING = '{"StartAt": "A", "States": {"A": {"Type": "Fail", "Cause": "$.Cause"}}}'


def machine(states: dict[str, Any], start: str = "A") -> str:
    return json.dumps({"StartAt": start, "States": states})


def test_one_error() -> None:
    text = invalid_definition(validate('{"StartAt": "A"}'))
    assert text == f"{PREFIX}'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'"


def test_an_error_without_location() -> None:
    text = invalid_definition(validate("[]"))
    assert text == f"{PREFIX}'SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null'"


def test_jackson_names_the_place_once() -> None:
    text = invalid_definition(validate("{"))
    assert text == (
        f"{PREFIX}'INVALID_JSON_DESCRIPTION: Unexpected end-of-input: expected close marker for Object\n"
        ' at [Source: (String)"{"; line: 1, column: 2]\''
    )


def test_several_errors_are_joined_and_warnings_left_out() -> None:
    text = invalid_definition(validate(machine({"A": {"Type": "Fail", "Cause": "$.Cause", "Foo": 1, "Next": "B"}})))
    assert text == (
        f"{PREFIX}'SCHEMA_VALIDATION_FAILED: Field 'Foo' is not supported at /States/A, "
        "SCHEMA_VALIDATION_FAILED: Field 'Next' is not supported at /States/A, "
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next'"
    )


def test_diagnostics_without_errors_are_ok() -> None:
    assert diagnostics(validate(WITH_WARNING)) == {"result": "OK", "diagnostics": [], "truncated": False}


def test_diagnostics_show_warnings_on_request() -> None:
    assert diagnostics(validate(WITH_WARNING), "WARNING") == {
        "result": "OK",
        "diagnostics": [
            {
                "severity": "WARNING",
                "code": "NO_PATH",
                "message": "Value looks like a path; it is evaluated in a field 'CausePath'",
                "location": "/States/A/Cause",
            }
        ],
        "truncated": False,
    }


def test_diagnostics_leave_out_the_warnings_that_aws_does_not_give() -> None:
    waits = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": True}
    found = validate(machine({"A": waits}))
    assert diagnostics(found, "WARNING") == {"result": "OK", "diagnostics": [], "truncated": False}
    assert [diagnostic["code"] for diagnostic in report(found)["diagnostics"]] == ["TOKEN_WITHOUT_TIMEOUT"]
    assert invalid_definition(found) == f"{PREFIX}''"


def test_a_report_names_the_place_in_the_text() -> None:
    text = '{"StartAt": "A",\n "States": {"A": {"Type": "Fail", "Cause": "$.Cause",\n  "Foo/Bar": 1}}}'
    assert report(validate(text)) == {
        "result": "FAIL",
        "diagnostics": [
            {
                "severity": "WARNING",
                "code": "NO_PATH",
                "message": "Value looks like a path; it is evaluated in a field 'CausePath'",
                "location": "/States/A/Cause",
                "pointer": "/States/A/Cause",
                "line": 2,
                "column": 35,
            },
            {
                "severity": "ERROR",
                "code": "SCHEMA_VALIDATION_FAILED",
                "message": "Field 'Foo/Bar' is not supported",
                "location": "/States/A",
                "pointer": "/States/A/Foo~1Bar",
                "line": 3,
                "column": 3,
            },
        ],
        "truncated": False,
    }
    assert [diagnostic["code"] for diagnostic in report(validate(text), "ERROR")["diagnostics"]] == [
        "SCHEMA_VALIDATION_FAILED"
    ]
    assert report(validate(text), limit=1)["truncated"]


def test_diagnostics_leave_out_a_location_that_is_not_known() -> None:
    assert diagnostics(validate(" ")) == {
        "result": "FAIL",
        "diagnostics": [
            {
                "severity": "ERROR",
                "code": "SCHEMA_VALIDATION_FAILED",
                "message": "Definition must be a valid JSON object",
            }
        ],
        "truncated": False,
    }


def test_diagnostics_are_truncated_at_the_limit_and_say_so() -> None:
    two = validate(machine({"A": {"Type": "Pass", "End": True, "Foo": 1, "Bar": 2}}))
    assert [len(diagnostics(two, limit=limit)["diagnostics"]) for limit in (0, 1, 2)] == [2, 1, 2]
    assert [diagnostics(two, limit=limit)["truncated"] for limit in (0, 1, 2)] == [False, True, False]


def test_the_number_of_findings_is_limited() -> None:
    many = validate(machine({"A": {"Type": "Pass", "End": True, **{f"x{number}": 1 for number in range(5000)}}}))
    assert len(many) == FINDINGS_MAX
    assert invalid_definition(many).count("SCHEMA_VALIDATION_FAILED") == REPORTED_MAX
    assert len(diagnostics(many)["diagnostics"]) == REPORTED_MAX


def test_long_names_do_not_make_a_long_response() -> None:
    name = "n" * 300_000
    many = validate(machine({name: {"Type": "Pass", "End": True, **{f"x{number}": 1 for number in range(5000)}}}, name))
    assert [finding.code for finding in many] == ["INVALID_STATE_NAME"]


def test_the_longest_definition() -> None:
    room = CHARACTERS_MAX - len(machine({"A": {"Type": "Pass", "Comment": "", "End": True}}))
    assert validate(machine({"A": {"Type": "Pass", "Comment": "c" * room, "End": True}})) == []
    longer = validate(machine({"A": {"Type": "Pass", "Comment": "c" * (room + 1), "End": True}}))
    assert [finding.message for finding in longer] == ["Definition is longer than 1048576 characters"]


def test_the_most_states() -> None:
    states: dict[str, Any] = {f"{number}": {"Type": "Pass", "Next": f"{number + 1}"} for number in range(STATES_MAX)}
    states[str(STATES_MAX - 1)] = {"Type": "Succeed"}
    assert validate(machine(states, "0")) == []
    states["more"] = {"Type": "Succeed"}
    assert [finding.message for finding in validate(machine(states, "0"))] == [
        "A state machine may have 10000 states at most"
    ]


def test_the_deepest_choice_rule() -> None:
    def nested(depth: int) -> list[Finding]:
        rule: dict[str, Any] = {"Variable": "$.a", "IsNull": True}
        for _ in range(depth):
            rule = {"Not": rule}
        choice = {"Type": "Choice", "Choices": [{**rule, "Next": "B"}]}
        return validate(machine({"A": choice, "B": {"Type": "Succeed"}}))

    assert nested(64) == []
    assert [finding.code for finding in nested(65)] == ["TOO_DEEPLY_NESTED"]
    assert [finding.code for finding in nested(200)] == ["INVALID_JSON_DESCRIPTION"]


def test_a_single_state() -> None:
    """Recorded for TestState: the name of the state is StateName, and its targets are not checked."""
    assert validate_state('{"Type": "Pass", "Next": "Elsewhere"}') == []
    [empty] = validate_state('{"Type": "Parallel", "Branches": [], "End": true}')
    assert invalid_definition([empty]) == (
        f"{PREFIX}'SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/StateName/Branches'"
    )
    assert (empty.pointer, empty.line, empty.column) == ("/Branches", 1, 22)


def test_the_states_inside_a_single_state_have_checked_targets() -> None:
    inner = {"StartAt": "I", "States": {"I": {"Type": "Pass", "Next": "Elsewhere"}, "J": {"Type": "Succeed"}}}
    finding, unreachable = validate_state(json.dumps({"Type": "Map", "ItemProcessor": inner, "End": True}))
    assert unreachable.message == 'State "J" is not reachable.'
    assert finding.location == "/States/StateName/ItemProcessor/States/I/Next"
    assert finding.pointer == "/ItemProcessor/States/I/Next"
