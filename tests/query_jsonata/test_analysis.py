"""The analysis of an expression: the values and variables that it reads, references to an input, and its cost."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path as File
from typing import Any

import pytest
from hypothesis import given, settings

from statemachine.errors import ExpressionSyntaxError
from statemachine.query.jsonata.analysis.analyse import Analysis, analyse
from statemachine.query.jsonata.analysis.cost import COST_MAX, LINEAR_FUNCTIONS
from statemachine.query.jsonata.evaluation.functions import FUNCTIONS
from statemachine.query.jsonata.syntax import BUILT_IN, CHARACTERS_MAX
from tests.query_jsonata.evaluators import needs_native
from tests.query_jsonata.texts import TEXTS

CASES = json.loads((File(__file__).parent / "cases" / "analysis.json").read_text())


def told(analysis: Analysis) -> dict[str, Any]:
    return {
        "reads": analysis.reads,
        "variables": sorted(analysis.variables),
        "at_top": list(analysis.at_top),
        "cost": analysis.cost,
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["expression"])
def test_the_analysis_of_an_expression(case: dict[str, Any]) -> None:
    wanted = {"reads": {}, "variables": [], "at_top": [], "cost": None, **case}
    expression = wanted.pop("expression")
    if "$$" in expression or wanted["at_top"]:
        wanted["cost"] = analyse(expression).cost  # such an expression is refused, so its cost does not matter
    assert told(analyse(expression)) == wanted


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("1 +", "S0207: Unexpected end of expression"),
        ("", "S0207: Unexpected end of expression"),
        ("$sum($states.input.items.numbers", 'S0203: Expected ")" before end of expression'),
        ("10 + * 2", "S0201: Syntax error: 2"),
        ("$.store.book[?(@.price < 10)].title", 'S0211: The symbol "?" cannot be used as a unary operator'),
        ("'abc", "S0101: String literal must be terminated by a matching quote"),
        ("a := 1", "S0212: The left side of := must be a variable name (start with $)"),
        ("%", "S0217: The object representing the 'parent' cannot be derived from this expression"),
        ("[1!2]", 'S0204: Unknown operator: "!"'),
        ("1 + 1e400", 'S0102: Number out of range: "1e400"'),
        ('"\\q"', 'S0103: Unsupported escape sequence: \\"q"'),
        ("$x ?? 'a'", 'S0211: The symbol "?" cannot be used as a unary operator'),
        ("$x ?: 'a'", 'S0211: The symbol ":" cannot be used as a unary operator'),
        ("$x ?? $y ?? 2", 'S0211: The symbol "?" cannot be used as a unary operator'),
        pytest.param("2()", "T1006: Attempted to invoke a non-function", marks=needs_native),
    ],
)
def test_a_text_that_is_no_jsonata_is_refused_with_a_reason(expression: str, why: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as raised:
        analyse(expression)
    assert str(raised.value) == why


@pytest.mark.parametrize(
    ("expression", "time", "chance"),
    [
        ("$now()", True, False),
        ("$x.$millis()", True, False),
        ("$map($x, $uuid)", False, True),
        ("[$random(), $shuffle($x)]", False, True),
        ("$uuidOf($x)", False, False),
        ("'$now()'", False, False),
    ],
)
def test_expressions_that_use_time_or_chance(expression: str, time: bool, chance: bool) -> None:
    analysis = analyse(expression)
    assert (analysis.reads_time, analysis.draws_chance) == (time, chance)


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 450 + "$uuid() & $x & $y & $now()" + ")" * 450,
        f"$uuid() & $x & $y & $now() & '{'a' * CHARACTERS_MAX}'",
    ],
    ids=["nested deeply", "long"],
)
def test_of_a_text_that_cannot_be_parsed_the_worst_is_assumed(expression: str) -> None:
    analysis = analyse(expression)
    assert analysis.cost is None
    assert analysis.reads == {"uuid": None, "x": None, "y": None, "now": None}
    assert analysis.variables == {"x", "y"}
    assert analysis.reads_time
    assert analysis.draws_chance


def test_many_places_are_not_cheap() -> None:
    assert analyse(f"[{', '.join(['1'] * (COST_MAX - 1))}]").cost == COST_MAX
    assert analyse(f"[{', '.join(['1'] * COST_MAX)}]").cost is None


def test_cheap_functions_exist() -> None:
    assert BUILT_IN | FUNCTIONS.keys() >= LINEAR_FUNCTIONS


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_any_text_is_refused_or_analysed(text: str) -> None:
    with contextlib.suppress(ExpressionSyntaxError):
        analysis = analyse(text)
        assert analysis.variables <= analysis.reads.keys()
        assert analysis.cost is None or 0 < analysis.cost <= COST_MAX
