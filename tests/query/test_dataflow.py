"""Input and output processing: each stage alone, all of them together, and what stays the same object."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.errors import ExpressionSyntaxError, RuntimeFailure, StateError
from statemachine.query.jsonpath import JSONPATH
from statemachine.query.view import ABSENT, View

RAW = {"order": {"id": 7, "lines": [1, 2]}, "user": "ann"}
CONTEXT = {"Execution": {"Input": {"first": True}}, "State": {"Name": "S"}}


def view(input: Any = RAW, **more: Any) -> View:
    return View(input, variables={"v": {"x": 1}}, context=lambda: CONTEXT, **more)


def test_a_state_without_fields_hands_everything_on_as_the_same_object() -> None:
    flow = JSONPATH.dataflow({"Type": "Task", "Resource": "…"}, "Task")
    result = {"answer": 42}
    assert flow.select(view()) is RAW
    assert flow.arguments(view()) is RAW
    assert flow.after(view(result=result)) == (result, None)
    assert flow.after(view(result=result)).output is result


@pytest.mark.parametrize(
    ("path", "selected"),
    [
        ("$", RAW),
        ("$.order", RAW["order"]),
        ("$.order.lines[?(@ > 1)]", [2]),
        (None, {}),
        ("$$", CONTEXT),
        ("$$.Execution.Input", {"first": True}),
        ("$v", {"x": 1}),
    ],
)
def test_input_path_and_output_path(path: str | None, selected: Any) -> None:
    assert JSONPATH.dataflow({"InputPath": path}, "Pass").select(view()) == selected
    output = JSONPATH.dataflow({"OutputPath": path}, "Pass").after(view({}, result=RAW)).output
    assert output == selected


def test_input_path_keeps_the_object() -> None:
    assert JSONPATH.dataflow({"InputPath": "$.order"}, "Pass").select(view()) is RAW["order"]


def test_parameters_see_the_effective_input() -> None:
    flow = JSONPATH.dataflow({"Parameters": {"id.$": "$.id", "name.$": "$$.State.Name"}}, "Task")
    assert flow.arguments(view(RAW["order"])) == {"id": 7, "name": "S"}


def test_the_parameters_of_a_map_are_its_item_selector_and_no_arguments() -> None:
    flow = JSONPATH.dataflow({"Parameters": {"item.$": "$$.Map.Item.Value"}}, "Map")
    assert flow.arguments(view()) is RAW


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        ({"ResultSelector": {"n.$": "$.a.n", "k": 1}}, {"n": 5, "k": 1}),
        ({"ResultPath": "$"}, {"a": {"n": 5}}),
        ({"ResultPath": "$.r"}, {**RAW, "r": {"a": {"n": 5}}}),
        ({"ResultPath": "$.order.lines[0]"}, {"order": {"id": 7, "lines": [{"a": {"n": 5}}, 2]}, "user": "ann"}),
        ({"ResultPath": None}, RAW),
        ({"OutputPath": "$.a.n"}, 5),
        ({"OutputPath": None}, {}),
        ({"ResultSelector": {"n.$": "$.a.n"}, "ResultPath": "$.r", "OutputPath": "$.r"}, {"n": 5}),
        ({"InputPath": "$.order", "ResultPath": "$.r"}, {**RAW, "r": {"a": {"n": 5}}}),
        ({"ResultPath": "$.order", "OutputPath": "$.order.a"}, {"n": 5}),
        ({"ResultPath": None, "OutputPath": "$.user"}, "ann"),
    ],
)
def test_result_selector_result_path_and_output_path_follow_one_another(fields: dict[str, Any], output: Any) -> None:
    before = repr(RAW)
    assert JSONPATH.dataflow(fields, "Task").after(view(result={"a": {"n": 5}})).output == output
    assert repr(RAW) == before


def test_a_discarded_result_leaves_the_raw_input_the_same_object() -> None:
    assert JSONPATH.dataflow({"ResultPath": None}, "Task").after(view(result=1)).output is RAW


@pytest.mark.parametrize("type", ["Wait", "Choice", "Succeed"])
def test_a_state_without_work_hands_on_its_effective_input(type: str) -> None:
    assert JSONPATH.dataflow({}, type).after(view()).output is RAW
    flow = JSONPATH.dataflow({"InputPath": "$.order", "OutputPath": "$.lines", "Assign": {"id.$": "$.id"}}, type)
    assert flow.after(view()) == ([1, 2], {"id": 7})


def test_a_result_may_be_null_but_absent_is_no_result() -> None:
    assert JSONPATH.dataflow({"ResultPath": "$.r"}, "Pass").after(view({}, result=None)).output == {"r": None}
    assert JSONPATH.dataflow({}, "Wait").after(view({}, result=ABSENT)).output == {}


@pytest.mark.parametrize(
    ("fields", "assigned"),
    [
        ({}, None),
        ({"Assign": {}}, None),
        ({"Assign": {"x": 1}}, {"x": 1}),
        ({"Assign": {"x.$": "$.a.n", "old.$": "$v.x"}}, {"x": 5, "old": 1}),
        (
            {"Assign": {"x.$": "$"}, "ResultSelector": {"y": 1}, "ResultPath": None, "OutputPath": None},
            {"x": {"a": {"n": 5}}},
        ),
        ({"Assign": {"x": {"deep.$": "States.ArrayLength($.list)"}}}, {"x": {"deep": 0}}),
    ],
)
def test_assign_sees_what_the_work_gave_and_the_old_variables(fields: dict[str, Any], assigned: Any) -> None:
    result = {"a": {"n": 5}, "list": []} if "deep" in str(fields) else {"a": {"n": 5}}
    assert JSONPATH.dataflow(fields, "Task").after(view(result=result)).assigned == assigned


@pytest.mark.parametrize(
    ("fields", "output", "assigned"),
    [
        ({"Next": "B"}, {"Error": "E", "Cause": "C"}, None),
        ({"ResultPath": "$.error"}, {**RAW, "error": {"Error": "E", "Cause": "C"}}, None),
        ({"ResultPath": None}, RAW, None),
        ({"Assign": {"name.$": "$.Error", "v.$": "$v.x"}}, {"Error": "E", "Cause": "C"}, {"name": "E", "v": 1}),
    ],
)
def test_a_catcher_merges_the_error_output_into_the_raw_input(
    fields: dict[str, Any], output: Any, assigned: Any
) -> None:
    flow = JSONPATH.dataflow(fields, "Catch", "Catch[0]")
    assert flow.after(view(error={"Error": "E", "Cause": "C"})) == (output, assigned)


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        ({"InputPath": "$.Nothing"}, "Invalid path '$.Nothing' : No results for path: $['Nothing']"),
        ({"InputPath": "$.no.such.path"}, "Invalid path '$.no.such.path' : Missing property in path $['no']"),
    ],
)
def test_an_input_path_that_finds_nothing(fields: dict[str, Any], cause: str) -> None:
    with pytest.raises(RuntimeFailure) as raised:
        JSONPATH.dataflow(fields, "Pass").select(view())
    assert raised.value.cause == cause


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        ({"OutputPath": "$.no.such"}, "Invalid path '$.no.such' : Missing property in path $['no']"),
        ({"OutputPath": "$unset"}, "Invalid path '$unset' : The variable '$unset' has not been assigned"),
        (
            {"ResultSelector": {"n.$": "$.b"}},
            "The JSONPath '$.b' specified for the field 'n.$' could not be found in the input '{\"a\":1}'",
        ),
        (
            {"Assign": {"n.$": "$.b"}},
            "The JSONPath '$.b' specified for the field 'n.$' could not be found in the input '{\"a\":1}'",
        ),
    ],
)
def test_an_output_that_finds_nothing(fields: dict[str, Any], cause: str) -> None:
    with pytest.raises(RuntimeFailure) as raised:
        JSONPATH.dataflow(fields, "Task").after(view(result={"a": 1}))
    assert raised.value.cause == cause


def test_a_result_that_cannot_be_placed_can_be_caught() -> None:
    with pytest.raises(StateError) as raised:
        JSONPATH.dataflow({"ResultPath": "$.a.b"}, "Task").after(view({"a": "text"}, result=1))
    assert (raised.value.error, raised.value.cause) == (
        "States.ResultPathMatchFailure",
        'Unable to apply ReferencePath $.a.b to input {"a":"text"}',
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"InputPath": "a"},
        {"OutputPath": 5},
        {"ResultPath": "$$.x"},
        {"ResultPath": "$.a[*]"},
        {"Parameters": {"a.$": "b"}},
    ],
)
def test_fields_that_cannot_be_compiled_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ExpressionSyntaxError):
        JSONPATH.dataflow(fields, "Task")


def test_a_refusal_notes_the_field_of_the_catcher() -> None:
    with pytest.raises(ExpressionSyntaxError) as raised:
        JSONPATH.dataflow({"Assign": {"a.$": "b"}}, "Catch", "Catch[1]")
    assert raised.value.__notes__ == ["Catch[1]/Assign: A path begins with $ at character 1 of 'b'"]
