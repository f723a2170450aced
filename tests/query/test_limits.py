"""Hostile definitions and inputs: every path, call and pattern ends soon, or is refused."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.errors import ExpressionSyntaxError, IntrinsicFailure, RuntimeFailure
from statemachine.query.jsonpath.expressions import parse_expression
from statemachine.query.jsonpath.paths.path import parse_path
from statemachine.query.jsonpath.wildcards import compile_wildcards
from statemachine.query.view import View

pytestmark = pytest.mark.timeout(20)
LARGE: list[Any] = [0] * 20_000


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("$" + ".a" * 101, "100 segments at most"),
        ("$" + "[*]" * 101, "100 segments at most"),
        ("$[" + ",".join(["0"] * 21) + "]", "20 indexes at most"),
        ("$[?(" + " && ".join(["@.a"] * 11) + ")]", "10 terms at most"),
        ("$[?(" + "(" * 5000, "10 terms at most"),
        ("$['" + "a" * 5000 + "'][*]", "4096 characters"),
        ("$[" + " " * 500_000, "is missing"),
        ("$[1" + " " * 500_000 + "x]", "is missing"),
        ("$['" + "\\" * 500_000, "is missing"),
        ("States.Array(" * 100_000, "nested 10 deep at most"),
        ("States.Array('" + "\\\\" * 500_000, "is missing"),
    ],
)
def test_a_text_beyond_the_limits_is_refused(text: str, why: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as raised:
        parse_expression(text)
    assert why in str(raised.value)
    assert len(str(raised.value)) < 1000


@pytest.mark.parametrize("text", ["$[*]", "$..*", "$[?(@ == 0)]", "$..[?(@ == 0)]", "$[0:10001]"])
def test_a_segment_may_find_ten_thousand_values(text: str) -> None:
    path = parse_path(text)
    assert len(path.read(View([0] * 9_999))) in (9_999, 10_000)
    with pytest.raises(RuntimeFailure, match="selects more than 10000 values"):
        path.read(View(LARGE))


@pytest.mark.parametrize("text", ["$" + "[0,-1]" * 90, "$" + "[*]" * 100, "$.." + "[*]" * 50])
def test_matches_do_not_multiply(text: str) -> None:
    value: Any = 0
    for _ in range(90):
        value = [value]
    with pytest.raises(RuntimeFailure, match="selects more than 10000 values"):
        parse_path(text).read(View([value, value] if "-1" in text else LARGE))


@pytest.mark.parametrize("text", ["$[?({})]", "$..[?({})]"])
def test_a_filter_may_test_ten_thousand_values(text: str) -> None:
    path = parse_path(text.format(" && ".join(["@.a != 1"] * 9) + " && @.a"))
    assert path.read(View([0] * 9_999)) == []
    with pytest.raises(RuntimeFailure, match="selects more than 10000 values"):
        path.read(View(LARGE))


def test_wildcards_do_not_backtrack() -> None:
    assert not compile_wildcards("*a" * 2_000 + "b")("a" * 200_000)
    assert not compile_wildcards("*aab" * 500 + "c")("aa" * 100_000)


def test_a_format_cannot_multiply_a_large_value() -> None:
    call = parse_expression("States.Format('" + "{}" * 5_000 + "'" + ", $" * 5_000 + ")")
    for value in ("x" * 200_000, {"a": "x" * 200_000}):
        with pytest.raises(IntrinsicFailure, match="more than 262144 characters"):
            call.read(View(value))
