"""Payload templates: computed members, shared values, the order of members, and refused templates."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.errors import ExpressionSyntaxError, RuntimeFailure
from statemachine.query.jsonpath import JSONPATH
from statemachine.query.jsonpath.java import in_hash_order, java_text
from statemachine.query.jsonpath.templates import compile_template
from statemachine.query.view import View

VIEW = View(
    {"a": {"b": 1}, "list": [1, 2]},
    variables={"v": {"x": "y"}},
    context=lambda: {"Execution": {"Name": "e"}},
)


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ({"n.$": "$.a.b"}, {"n": 1}),
        ({"all.$": "$", "ctx.$": "$$.Execution.Name", "var.$": "$v.x"}, {"all": VIEW.input, "ctx": "e", "var": "y"}),
        ({"call.$": "States.Format('{}!', $.a.b)"}, {"call": "1!"}),
        (
            {"deep": {"er": [{"n.$": "$.a.b"}, 5, [[{"n.$": "$.list[1]"}]]]}},
            {"deep": {"er": [{"n": 1}, 5, [[{"n": 2}]]]}},
        ),
        ([{"n.$": "$.a.b"}, "$.a.b"], [{"n": 1}, "$.a.b"]),
        (
            {"text": "$.a.b", "call": "States.UUID()", "var": "$v"},
            {"text": "$.a.b", "call": "States.UUID()", "var": "$v"},
        ),
        ({"dollar$": "$.a", "a.$b": 1}, {"dollar$": "$.a", "a.$b": 1}),
        ({".$": "$.a.b"}, {"": 1}),
        ({}, {}),
        ("$.a", "$.a"),
        (None, None),
    ],
)
def test_members_that_end_with_dollar_are_computed_at_any_depth(template: Any, value: Any) -> None:
    assert compile_template(template, "Parameters")(VIEW) == value


def test_the_language_compiles_templates() -> None:
    assert JSONPATH.name == "JSONPath"
    assert JSONPATH.template({"n.$": "$.a.b"}, "ItemSelector")(VIEW) == {"n": 1}


def test_a_value_without_computed_members_is_shared_and_a_template_is_never_changed() -> None:
    template = {"literal": {"big": [1, 2]}, "n.$": "$.a.b", "nested": {"n.$": "$.a.b", "kept": [1]}}
    before = repr(template)
    first, second = (compile_template(template, "Parameters")(VIEW) for _ in range(2))
    assert first is not second
    assert first["literal"] is template["literal"]
    assert first["nested"] is not second["nested"]
    assert first["nested"]["kept"] is template["nested"]["kept"]  # type: ignore[index]
    assert repr(template) == before
    static = {"a": [1], "b": {"c": 2}}
    assert compile_template(static, "Parameters")(VIEW) is static
    assert compile_template({"a.$": "$.a"}, "Parameters")(VIEW)["a"] is VIEW.input["a"]


def test_given_members_come_first_and_computed_ones_in_the_order_of_a_java_hash_map() -> None:
    read = compile_template(
        {"mapValue.$": "$.a", "constantValue": 1, "fromInput.$": "$", "object": {"n.$": "$.a.b"}, "another": 2},
        "ItemSelector",
    )
    assert list(read(VIEW)) == ["constantValue", "object", "another", "mapValue", "fromInput"]


@pytest.mark.parametrize(
    "names",
    [
        ["Values", "Iterations"],
        [
            "uniqueValues",
            "simpleArray",
            "thirdElement",
            "partitionedArray",
            "arraySize",
            "containsElement",
            "numberRange",
        ],
        [
            "execution",
            "execution_rolearn",
            "execution_name",
            "statemachine_id",
            "execution_id",
            "execution_input",
            "execution_starttime",
            "state_name",
            "state_enteredtime",
            "statemachine",
            "state",
            "context_object",
            "statemachine_name",
        ],
    ],
)
def test_hash_order_is_the_recorded_order(names: list[str]) -> None:
    definition_order = sorted(names)
    assert list(in_hash_order(dict.fromkeys(definition_order))) == names


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a, b: c", "a, b: c"),
        (None, "null"),
        (True, "true"),
        (1.1, "1.1"),
        ({"a": {"b": [], "c": "x:y,z"}, "d": [1, None, 'q"\\\n']}, '{a={b=[], c=x:y,z}, d=[1, null, q"\\\n]}'),
    ],
)
def test_values_are_printed_as_java_prints_them(value: Any, text: str) -> None:
    assert java_text(value) == text


def test_a_path_that_finds_nothing_names_the_member() -> None:
    with pytest.raises(RuntimeFailure) as raised:
        compile_template({"outer": {"value.$": "$.x.y"}}, "Parameters")(View({"n": 0}))
    assert raised.value.error == "States.Runtime"
    assert raised.value.cause == (
        "The JSONPath '$.x.y' specified for the field 'value.$' could not be found in the input '{\"n\":0}'"
    )


@pytest.mark.parametrize("text", ["not a path", "", "States.Nope()", "$.", " $.a", 5, None, ["$.a"], {"a": "$.a"}])
def test_a_computed_member_that_is_no_expression_is_refused_in_the_words_of_aws(text: Any) -> None:
    with pytest.raises(ExpressionSyntaxError) as raised:
        compile_template({"list": [{"parsed.$": text}]}, "Parameters")
    assert str(raised.value) == (
        "The value for the field 'parsed.$' must be a valid JSONPath or a valid intrinsic function call"
    )
    assert raised.value.__notes__[0].startswith("Parameters: ")


def test_a_member_may_not_be_given_and_computed() -> None:
    with pytest.raises(ExpressionSyntaxError, match=r"'a' and 'a\.\$' must not both be given"):
        compile_template({"x": {"a": 1, "a.$": "$.b"}}, "Parameters")
