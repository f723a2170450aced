"""Templates and conditions: their values, and AWS's name of the place of a failing expression."""

from __future__ import annotations

import json
from typing import Any

import pytest

from statemachine.errors import ExpressionSyntaxError, QueryEvaluationError
from statemachine.query.jsonata import JSONATA
from statemachine.query.view import View

INPUT = {"a": 1, "list": [1, 2], "no": None}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        (None, None),
        (1, 1),
        ("text", "text"),
        ("{% $states.input.a %}", 1),
        ("{%$states.input.a%}", 1),
        ("{%\n  $states.input.a\n%}", 1),
        (" {% $states.input.a %} ", " {% $states.input.a %} "),
        ("a {% $states.input.a %}", "a {% $states.input.a %}"),
        ("{%}", "{%}"),
        ("$states.input.a", "$states.input.a"),
        ({"k": "{% $states.input.list %}", "l": [True, "{% $states.input.no %}"]}, {"k": [1, 2], "l": [True, None]}),
        ({"k.$": "{% 1 %}", "{% 'k' %}": 2}, {"k.$": 1, "{% 'k' %}": 2}),
        ([["{% 1 %}"], {"a": {"b": ["{% 2 %}", 3]}}], [[1], {"a": {"b": [2, 3]}}]),
        ({"z": 1, "b": "{% 2 %}", "a": 3}, {"z": 1, "b": 2, "a": 3}),
        ("{% {'b': 1, 'a': [$states.input.list, []]} %}", {"b": 1, "a": [1, 2, []]}),
    ],
)
def test_a_template_is_filled(template: Any, filled: Any) -> None:
    assert json.dumps(JSONATA.template(template, "ItemSelector")(View(INPUT))) == json.dumps(filled)


def test_a_value_without_expressions_is_shared() -> None:
    template = {"same": {"deep": [1]}, "computed": "{% 1 %}"}
    assert JSONATA.template(template, "Output")(View({}))["same"] is template["same"]


@pytest.mark.parametrize(
    ("template", "location"),
    [
        ("{% $nope %}", "Output"),
        ({"a": {"b": ["{% $nope %}"]}}, "Output/a/b[0]"),
        ([1, ["{% 1 %}", "{% $nope %}"]], "Output[1][1]"),
        ({"a/b": "{% $nope %}"}, "Output/a/b"),
    ],
)
def test_the_place_of_an_expression(template: Any, location: str) -> None:
    with pytest.raises(QueryEvaluationError) as raised:
        JSONATA.template(template, "Output")(View({}))
    assert raised.value.location == location
    text = f"The JSONata expression '$nope' specified for the field '{location}' returned nothing (undefined)."
    assert raised.value.cause == text


def test_a_text_that_is_no_jsonata_is_refused_with_its_place() -> None:
    with pytest.raises(ExpressionSyntaxError, match="S0207: Unexpected end of expression") as raised:
        JSONATA.template({"a": ["{% 1 + %}"]}, "Output")
    assert raised.value.__notes__ == ["Output/a[0]: 1 +"]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (True, True),
        (False, False),
        ("{% $states.input.a = 1 %}", True),
        ("{% $not($states.input.a = 1) %}", False),
        ("{% $states.input.a >= 20 and $states.input.a < 30 %}", False),
        ("{% 1 in $states.input.list %}", True),
    ],
)
def test_a_condition(condition: Any, holds: bool) -> None:
    assert JSONATA.condition({"Condition": condition, "Next": "N"}, "Choices[1]")(View(INPUT)) is holds


@pytest.mark.parametrize(
    ("condition", "cause"),
    [
        ("$states.input.a", "returned an unexpected result type. Expected 'boolean', but was 'number' for value: 1"),
        ("$states.input.no", "returned an unexpected result type. Expected 'boolean', but was 'null' for value: null"),
        ("$nope", "returned nothing (undefined)."),
        ("$foo()", "threw an error during evaluation. T1006: Attempted to invoke a non-function"),
    ],
)
def test_a_condition_that_gives_no_boolean(condition: str, cause: str) -> None:
    test = JSONATA.condition({"Condition": f"{{% {condition} %}}", "Next": "N"}, "Choices[1]")
    with pytest.raises(QueryEvaluationError) as raised:
        test(View(INPUT))
    text = f"The JSONata expression '{condition}' specified for the field 'Choices[1]/Condition' {cause}"
    assert (raised.value.cause, raised.value.location) == (text, "Choices[1]/Condition")
