"""Single fields, literals or expressions, with the texts of AWS for values that a field does not accept."""

from __future__ import annotations

import json
from pathlib import Path as File
from typing import Any

import pytest

from statemachine.errors import ExpressionSyntaxError, QueryEvaluationError
from statemachine.query.jsonata import JSONATA
from statemachine.query.jsonata.expressions import EXPRESSION_FIELDS
from statemachine.query.jsonata.fields import CHECKS
from statemachine.query.view import View

CASES = json.loads((File(__file__).parent / "cases" / "fields.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: json.dumps([case["fields"], case.get("input")]))
def test_a_field_gives_a_checked_value_or_says_what_is_wrong(case: dict[str, Any]) -> None:
    read = JSONATA.field(case["fields"], case["name"])
    if case.get("gives") == "no reader":
        assert read is None
        return
    assert read is not None
    view = View(case.get("input", {}), variables={"t": 300}, context=lambda: {"State": {"Name": "S"}})
    if "cause" not in case:
        assert json.dumps(read(view)) == json.dumps(case["gives"])
        return
    with pytest.raises(QueryEvaluationError) as raised:
        read(view)
    assert raised.value.cause == case["cause"]
    assert raised.value.location == case.get("location", case["name"])


def test_every_field_has_a_case() -> None:
    assert {case["name"] for case in CASES} >= set(CHECKS)


def test_every_field_may_be_an_expression() -> None:
    assert set(EXPRESSION_FIELDS) >= set(CHECKS)


def test_the_input_passes_through_as_the_same_object() -> None:
    items = [1, 2]
    read = JSONATA.field({}, "Items")
    assert read is not None
    assert read(View(items)) is items


def test_a_text_that_is_no_timestamp_is_refused() -> None:
    with pytest.raises(ExpressionSyntaxError, match="String does not match RFC3339 timestamp"):
        JSONATA.field({"Timestamp": "tomorrow"}, "Timestamp")
