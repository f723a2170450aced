"""Choice rules: a table for each operator, then And, Or, Not, missing values and refused rules."""

from __future__ import annotations

import json
from pathlib import Path as File
from typing import Any

import pytest

from statemachine.errors import ExpressionSyntaxError, RuntimeFailure
from statemachine.query.jsonpath.conditions import OPERATORS, compile_rule
from statemachine.query.view import View

CASES = json.loads((File(__file__).parent / "cases" / "choice_rules.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: json.dumps(case["rule"]))
def test_an_operator_is_true_for_some_values_and_false_for_all_of_other_types(case: dict[str, Any]) -> None:
    test = compile_rule({"Variable": "$.value", **case["rule"]}, "Choices[0]")
    for wanted in (True, False):
        for value in case[str(wanted).lower()]:
            view = View({"value": value, "other": case.get("other")})
            assert test(view) is wanted, value


def test_every_operator_has_a_case() -> None:
    assert len(OPERATORS) == 39
    assert {name for case in CASES for name in case["rule"]} == OPERATORS


@pytest.mark.parametrize("name", sorted(OPERATORS - {"IsPresent"}))
def test_a_variable_that_finds_nothing_fails_the_execution(name: str) -> None:
    test = compile_rule({"Variable": "$.no.such", name: "$.other" if name.endswith("Path") else "x"}, "Choices[0]")
    with pytest.raises(RuntimeFailure) as raised:
        test(View({"other": 1}))
    assert raised.value.cause == (
        "Invalid path '$.no.such': The choice state's condition path references an invalid value."
    )


@pytest.mark.parametrize("name", sorted(name for name in OPERATORS if name.endswith("Path")))
def test_the_other_side_must_be_found_too(name: str) -> None:
    with pytest.raises(RuntimeFailure, match=r"Invalid path '\$\.other': The choice state's"):
        compile_rule({"Variable": "$.value", name: "$.other"}, "Choices[0]")(View({"value": 1}))


@pytest.mark.parametrize(
    ("path", "present"),
    [
        ("$.a", True),
        ("$.a.b", False),
        ("$.nothing", True),
        ("$.list[0]", True),
        ("$.list[1]", False),
        ("$.list[?(@.n == 1)]", True),
        ("$.list[?(@.n == 2)]", False),
        ("$$.Execution", True),
        ("$$.Task", False),
        ("$var", True),
        ("$none", False),
    ],
)
def test_is_present_accepts_missing_values(path: str, present: bool) -> None:
    view = View(
        {"a": 1, "nothing": None, "list": [{"n": 1}]}, variables={"var": None}, context=lambda: {"Execution": {}}
    )
    assert compile_rule({"Variable": path, "IsPresent": True}, "Choices[0]")(view) is present
    assert compile_rule({"Variable": path, "IsPresent": False}, "Choices[0]")(view) is not present


def test_variable_and_other_side_may_be_in_the_context_object_or_in_variables() -> None:
    view = View({}, variables={"limit": 3}, context=lambda: {"State": {"RetryCount": 2}})
    rule = {"Variable": "$$.State.RetryCount", "NumericLessThanPath": "$limit", "Next": "Again", "Comment": "…"}
    assert compile_rule(rule, "Choices[0]")(view) is True


IS = {"Variable": "$.t", "BooleanEquals": True}
IS_NOT = {"Variable": "$.t", "BooleanEquals": False}
FAILS = {"Variable": "$.missing", "IsNull": True}


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ({"And": [IS]}, True),
        ({"And": [IS, IS_NOT]}, False),
        ({"Or": [IS_NOT, IS]}, True),
        ({"Or": [IS_NOT, IS_NOT]}, False),
        ({"Not": IS}, False),
        ({"Not": {"And": [IS, {"Or": [IS_NOT, {"Not": IS}]}]}}, True),
        ({"And": [IS_NOT, FAILS]}, False),
        ({"Or": [IS, FAILS]}, True),
        ({"And": [{"Variable": "$.missing", "IsPresent": True}, FAILS]}, False),
    ],
)
def test_and_or_and_not_nest_and_stop_early(rule: dict[str, Any], value: bool) -> None:
    assert compile_rule(rule, "Choices[0]")(View({"t": True})) is value


@pytest.mark.parametrize("rule", [{"And": [IS, FAILS]}, {"Or": [IS_NOT, FAILS]}, {"Not": FAILS}])
def test_a_failing_part_fails_the_rule(rule: dict[str, Any]) -> None:
    with pytest.raises(RuntimeFailure):
        compile_rule(rule, "Choices[0]")(View({"t": True}))


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({}, "Choices[2] must hold exactly one operator but has 0"),
        ({"Variable": "$.a"}, "Choices[2] must hold exactly one operator but has 0"),
        ({"Variable": "$.a", "IsNull": True, "NumericEquals": 1}, "must hold exactly one operator but has 2"),
        ({"Variable": "$.a", "StringMatchesPath": "$.b"}, "must hold exactly one operator but has 0"),
        ({"IsNull": True}, "Choices[2] must have a Variable"),
        ({"And": [{"Not": {"IsNull": True}}]}, "Choices[2]/And[0]/Not must have a Variable"),
        ({"And": []}, "Choices[2]/And must be a non-empty array of rules"),
        ({"Or": {}}, "Choices[2]/Or must be a non-empty array of rules"),
        ({"Not": [IS]}, "Choices[2]/Not must be an object"),
        ({"Variable": "a", "IsNull": True}, "A path begins with $"),
        ({"Variable": 5, "IsNull": True}, "A path must be a string"),
        ({"Variable": "States.UUID()", "IsString": True}, "A path begins with $"),
        ({"Variable": "$.a", "NumericEqualsPath": 5}, "A path must be a string"),
        ({"Variable": "$.a", "StringMatches": 5}, "Choices[2]/StringMatches must be a string"),
    ],
)
def test_an_invalid_rule_is_refused(rule: Any, why: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as raised:
        compile_rule(rule, "Choices[2]")
    assert why in str(raised.value)
