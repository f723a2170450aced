"""Intrinsic functions: their results, their refusals, and texts that are no calls."""

from __future__ import annotations

import json
import uuid
from pathlib import Path as File
from typing import Any

import pytest

from statemachine.errors import ExpressionSyntaxError, IntrinsicFailure, RuntimeFailure
from statemachine.query.jsonpath.expressions import parse_expression, variables_read
from statemachine.query.jsonpath.intrinsics.table import INTRINSICS
from statemachine.query.view import Chance, View

CASES = File(__file__).parent / "cases"


def load(name: str) -> Any:
    return json.loads((CASES / name).read_text())


def exactly(value: Any) -> str:
    """JSON text, in which 1, 1.0 and true differ."""
    return json.dumps(value, sort_keys=True)


@pytest.mark.parametrize("case", load("intrinsics.json"), ids=lambda case: case["call"])
def test_a_function_gives_a_value_or_refuses_its_arguments(case: dict[str, Any]) -> None:
    call = parse_expression(case["call"])
    view = View(
        case.get("input", {}), variables={"index": 1}, context=lambda: {"Execution": {"Id": "a:b"}}, chance=Chance("1")
    )
    if "cause" not in case:
        assert exactly(call.read(view)) == exactly(case["gives"])
        return
    with pytest.raises(IntrinsicFailure) as raised:
        call.read(view)
    assert raised.value.error == "States.IntrinsicFailure"
    assert raised.value.cause == f"The function '{call.text}' had the following error: {case['cause']}"


def test_every_function_has_a_case() -> None:
    called = " ".join(case["call"] for case in load("intrinsics.json"))
    assert len(INTRINSICS) == 18
    assert [name for name in INTRINSICS if f"{name}(" not in called] == ["States.UUID"]


@pytest.mark.parametrize(("text", "why"), load("refused_calls.json"))
def test_a_text_that_is_no_call_is_refused(text: str, why: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as raised:
        parse_expression(text)
    assert why in str(raised.value)


def test_calls_may_be_nested_ten_deep() -> None:
    deepest = "States.Array(" * 10 + ")" * 10
    assert parse_expression(deepest).read(View({})) == [[[[[[[[[[]]]]]]]]]]
    with pytest.raises(ExpressionSyntaxError, match="nested 10 deep at most"):
        parse_expression("States.Array(" * 11 + ")" * 11)


def test_an_argument_path_that_finds_nothing_is_a_runtime_failure() -> None:
    call = parse_expression("States.Format('{}', States.Base64Encode($.x))")
    with pytest.raises(RuntimeFailure) as raised:
        call.read(View({"y": 1}))
    assert raised.value.cause == (
        "The function 'States.Base64Encode($.x)' had the following error: "
        "The JsonPath argument for the field '$.x' could not be found in the input '{\"y\":1}'"
    )


def test_the_failure_of_an_inner_call_names_the_inner_call() -> None:
    with pytest.raises(IntrinsicFailure, match=r"The function 'States\.ArrayLength\(1\)' had"):
        parse_expression("States.Array(States.ArrayLength(1))").read(View({}))


def test_an_expression_knows_the_variables_that_it_reads() -> None:
    assert variables_read("$.a") == set()
    assert variables_read("$$.Execution.Id") == set()
    assert variables_read("$x.a[0]") == {"x"}
    assert variables_read("States.Format($template, $.a, States.Array($x, $y.z[0], '$no'))") == {"template", "x", "y"}


def test_chance_comes_from_the_view_alone() -> None:
    draw = parse_expression("States.Array(States.UUID(), States.UUID(), States.MathRandom(0, 1000000))")
    first = draw.read(View({}, chance=Chance("seed")))
    assert first == draw.read(View({}, chance=Chance("seed")))
    assert first != draw.read(View({}, chance=Chance("other")))
    assert first[0] != first[1]
    assert uuid.UUID(first[0]).version == 4


def test_a_random_number_lies_between_start_and_end_and_a_seed_makes_it_the_same() -> None:
    draw = parse_expression("States.MathRandom(-2, 3)")
    view = View({}, chance=Chance("seed"))
    assert {draw.read(view) for _ in range(200)} == {-2, -1, 0, 1, 2}
    seeded = parse_expression("States.MathRandom(0, 1000000, 42)")
    assert seeded.read(View({}, chance=Chance("a"))) == seeded.read(View({}, chance=Chance("b")))
    assert seeded.read(View({})) != parse_expression("States.MathRandom(0, 1000000, 43)").read(View({}))


def test_merged_members_come_in_the_order_in_which_aws_writes_them() -> None:
    merged = parse_expression("States.JsonMerge($.a, $.b, false)").read(
        View({"a": {"constant_in_literal": 1}, "b": {"constant_input_field": 2}})
    )
    assert list(merged) == ["constant_input_field", "constant_in_literal"]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("States.Base64Encode($)", 10_000),
        ("States.Hash($, 'MD5')", 10_000),
        ("States.Base64Decode($)", 10_000),
        ("States.Format('{}', $)", 262_144),
    ],
)
def test_a_text_may_have_the_most_characters_and_no_more(text: str, size: int) -> None:
    parse_expression(text).read(View("a" * size))
    with pytest.raises(IntrinsicFailure, match="characters"):
        parse_expression(text).read(View("a" * (size + 1)))


@pytest.mark.parametrize(
    "text",
    [
        "States.JsonToString(States.Array({}))",
        "States.Format('{}', States.Array({}))",
        "States.Hash(States.Array({}), 'MD5')",
        "States.ArrayUnique(States.Array({}))",
        "States.ArrayContains(States.Array({}), 1)",
    ],
)
def test_a_value_that_repeats_its_parts_is_refused_before_it_is_written_out(text: str) -> None:
    call = parse_expression(text.replace("{})", ",".join(["$"] * 1000) + ")"))
    with pytest.raises(IntrinsicFailure, match="more than 262144 characters"):
        call.read(View("x" * 200_000))


@pytest.mark.parametrize("function", ["JsonToString", "ArrayUnique"])
def test_a_value_nested_too_deeply_is_refused(function: str) -> None:
    value: list[Any] = []
    for _ in range(50_000):
        value = [value]
    with pytest.raises(IntrinsicFailure, match="nested too deeply"):
        parse_expression(f"States.{function}($)").read(View(value))
