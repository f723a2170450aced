"""Input and output processing: Arguments, Output and Assign, and what there is where there are none."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.errors import QueryEvaluationError
from statemachine.query.jsonata import JSONATA
from statemachine.query.view import View

INPUT = {"order": {"id": 7}}
RESULT = {"answer": 42}
ERROR = {"Error": "E", "Cause": "c"}


def view(**more: Any) -> View:
    return View(INPUT, variables={"v": 1, "w": 2}, context=lambda: {"State": {"Name": "S"}}, **more)


def test_the_effective_input_is_the_input() -> None:
    assert JSONATA.dataflow({}, "Task").select(view()) is INPUT


def test_arguments() -> None:
    flow = JSONATA.dataflow({"Arguments": {"id": "{% $states.input.order.id + $v %}", "k": 1}}, "Task")
    assert flow.arguments(view()) == {"id": 8, "k": 1}
    assert JSONATA.dataflow({}, "Task").arguments(view()) is INPUT
    assert JSONATA.dataflow({"Arguments": None}, "Task").arguments(view()) is None


@pytest.mark.parametrize("type", ["Task", "Parallel", "Map"])
def test_without_output_the_result_of_the_work_is_the_output_as_the_same_object(type: str) -> None:
    produced = JSONATA.dataflow({}, type).after(view(result=RESULT))
    assert produced.output is RESULT
    assert produced.assigned is None


@pytest.mark.parametrize("type", ["Pass", "Wait", "Choice", "Succeed"])
def test_without_output_and_work_the_input_is_the_output_as_the_same_object(type: str) -> None:
    assert JSONATA.dataflow({}, type).after(view()).output is INPUT


def test_what_a_pass_state_hands_on_is_no_result() -> None:
    assert JSONATA.dataflow({}, "Pass").after(view(result=RESULT)).output is INPUT
    flow = JSONATA.dataflow({"Output": "{% $exists($states.result) %}"}, "Pass")
    assert flow.after(view(result=INPUT)).output is False


def test_without_output_the_error_output_is_the_output_of_a_catcher_as_the_same_object() -> None:
    assert JSONATA.dataflow({}, "Catch", "Catch[0]").after(view(error=ERROR)).output is ERROR


@pytest.mark.parametrize(
    ("output", "produced"),
    [
        (None, None),
        (0.1, 0.1),
        ([], []),
        ("{% $states.result.answer %}", 42),
        ({"r": "{% $states.result %}", "i": "{% $states.input.order.id %}"}, {"r": RESULT, "i": 7}),
        ("{% $states.context.State.Name %}", "S"),
        ([None, "$v", "{% $states.input %}", {"k": "{% true %}"}], [None, "$v", INPUT, {"k": True}]),
    ],
)
def test_output(output: Any, produced: Any) -> None:
    assert JSONATA.dataflow({"Output": output}, "Task").after(view(result=RESULT)).output == produced


def test_assign_and_output_see_the_values_that_the_variables_had() -> None:
    fields = {
        "Assign": {"v": "{% $w %}", "w": "{% $v %}", "x": {"y": ["{% $states.result.answer %}"]}, "z": None},
        "Output": "{% [$v, $w] %}",
    }
    produced = JSONATA.dataflow(fields, "Task").after(view(result=RESULT))
    assert produced == ([1, 2], {"v": 2, "w": 1, "x": {"y": [42]}, "z": None})


def test_assign_without_output() -> None:
    produced = JSONATA.dataflow({"Assign": {"v": "{% $v + 1 %}"}}, "Task").after(view(result=RESULT))
    assert produced.output is RESULT
    assert produced.assigned == {"v": 2}


def test_a_catcher_sees_the_error_output_and_no_result() -> None:
    fields = {"Output": "{% [$states.errorOutput.Error, $exists($states.result)] %}", "Assign": {"e": "{% $v %}"}}
    produced = JSONATA.dataflow(fields, "Catch", "Catch[1]").after(view(error=ERROR))
    assert produced == (["E", False], {"e": 1})


@pytest.mark.parametrize(
    ("fields", "type", "where", "location"),
    [
        ({"Output": {"v": "{% $nope %}"}}, "Task", "", "Output/v"),
        ({"Assign": {"v": "{% $nope %}"}}, "Task", "", "Assign/v"),
        ({"Output": {"v": "{% $nope %}"}}, "Catch", "Catch[0]", "Catch[0]/Output/v"),
        ({"Assign": {"v": "{% $nope %}"}}, "Catch", "Catch[1]", "Catch[1]/Assign/v"),
        ({"Output": "{% $nope %}"}, "Choice", "Choices[2]", "Choices[2]/Output"),
    ],
)
def test_the_place_of_an_expression_that_fails(fields: Any, type: str, where: str, location: str) -> None:
    with pytest.raises(QueryEvaluationError) as raised:
        JSONATA.dataflow(fields, type, where).after(view(error=ERROR))
    assert raised.value.location == location


def test_arguments_have_a_place_too() -> None:
    with pytest.raises(QueryEvaluationError) as raised:
        JSONATA.dataflow({"Arguments": {"FunctionName": "{% $nope %}"}}, "Task").arguments(view())
    assert raised.value.location == "Arguments/FunctionName"
