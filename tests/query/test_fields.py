"""Single fields in their plain and their Path form, with the texts of AWS for wrong values."""

from __future__ import annotations

import json
from pathlib import Path as File
from typing import Any

import pytest

from statemachine.errors import ExpressionSyntaxError, RuntimeFailure
from statemachine.query.jsonpath import JSONPATH
from statemachine.query.jsonpath.fields import PATH_FORMS, TEXT_FUNCTIONS
from statemachine.query.jsonpath.intrinsics.table import INTRINSICS
from statemachine.query.view import View

CASES = json.loads((File(__file__).parent / "cases" / "fields.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: json.dumps([case["fields"], case.get("input")]))
def test_a_field_gives_a_checked_value_or_says_what_is_wrong(case: dict[str, Any]) -> None:
    read = JSONPATH.field(case["fields"], case["name"])
    if case.get("gives") == "no reader":
        assert read is None
        return
    assert read is not None
    view = View(case.get("input", {}), variables={"t": 300, "list": ["x"]}, context=lambda: {"State": {"Name": "S"}})
    if "cause" not in case:
        assert json.dumps(read(view)) == json.dumps(case["gives"])
        return
    with pytest.raises(RuntimeFailure) as raised:
        read(view)
    assert raised.value.cause == case["cause"]


def test_every_field_has_a_case() -> None:
    assert {case["name"] for case in CASES} >= {*PATH_FORMS, "Credentials"}


def test_items_pass_through_as_the_same_object() -> None:
    items = [1, 2]
    read = JSONPATH.field({}, "Items")
    assert read is not None
    assert read(View(items)) is items


@pytest.mark.parametrize(
    ("fields", "name", "why"),
    [
        ({"Timestamp": "2024-01-01"}, "Timestamp", "String does not match RFC3339 timestamp"),
        ({"Timestamp": 5}, "Timestamp", "String does not match RFC3339 timestamp"),
        ({"SecondsPath": "s"}, "Seconds", "A path begins with $"),
        ({"SecondsPath": 5}, "Seconds", "A path must be a string"),
        ({"ItemsPath": None}, "Items", "A path must be a string"),
        ({"SecondsPath": "States.MathAdd(1, 2)"}, "Seconds", "A path begins with $"),
        ({"ErrorPath": "e"}, "Error", "A path begins with $"),
        ({"Credentials": {"RoleArn.$": "no path"}}, "Credentials", "must be a valid JSONPath"),
    ],
)
def test_a_field_that_cannot_be_compiled_is_refused(fields: dict[str, Any], name: str, why: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as raised:
        JSONPATH.field(fields, name)
    assert why in str(raised.value)


@pytest.mark.parametrize("function", sorted(INTRINSICS))
def test_error_path_and_cause_path_call_only_functions_that_give_text(function: str) -> None:
    arguments = ", ".join(["$"] * len(INTRINSICS[function].checks))
    fields = {"CausePath": f"{function}({arguments})"}
    if function in TEXT_FUNCTIONS:
        assert JSONPATH.field(fields, "Cause") is not None
    else:
        with pytest.raises(ExpressionSyntaxError, match="is not allowed in CausePath"):
            JSONPATH.field(fields, "Cause")
