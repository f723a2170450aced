"""Work of expressions: it is counted. A run of a step ends when it has done enough, and the next run goes on there."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.errors import StateError
from statemachine.query.jsonata import JSONATA
from statemachine.query.jsonpath import JSONPATH
from statemachine.query.view import Chance, View
from statemachine.query.work import Paused, Work

LIST = [[number] for number in range(2000)]
OBJECTS = [{"a": number, "b": "x" * 5} for number in range(2000)]
TEXT = "x" * 5000

EXPRESSIONS = {
    "$.list[?(@[0] == 1)]": 10_000,
    "$..a": 40_000,
    "$.objects[*].a": 20_000,
    "$.list[0:5]": 25,
    "$.text": 0,
    "States.ArrayUnique($.list)": 4000,
    "States.ArrayContains($.list, 7)": 4000,
    "States.JsonToString($.objects)": 6000,
    "States.Format('{}', $.objects)": 6000,
    "States.JsonMerge($.members, $.members, false)": 4800,
    "States.StringToJson($.json)": 900,
    "States.StringSplit($.text, 'y')": 100,
    "States.ArrayPartition($.list, 2)": 400,
    "States.MathAdd(1, 2)": 0,
}
"""An expression, and the least work that it takes."""


def view(work: Work, **more: Any) -> View:
    members = {str(number): number for number in range(600)}
    input = {"list": LIST, "objects": OBJECTS, "text": TEXT, "members": members, "json": "[" + "1," * 2500 + "1]"}
    return View({**input, **more}, work=work, chance=Chance("seed"))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_counts_what_it_looks_at(expression: str) -> None:
    work = Work()
    JSONPATH.template({"a.$": expression}, "Parameters")(view(work))
    least = EXPRESSIONS[expression]
    assert least <= work.spent <= 2 * least + 200


@pytest.mark.parametrize(
    "rule", [{"StringMatches": "*y*"}, {"StringLessThan": "x"}, {"StringGreaterThanEqualsPath": "$.json"}]
)
def test_a_test_of_a_long_text_counts(rule: dict[str, Any]) -> None:
    work = Work()
    JSONPATH.condition({"Variable": "$.text", **rule}, "Choices[0]")(view(work))
    assert work.spent >= 2.5


def test_a_program_counts_what_it_reads_and_gives() -> None:
    work = Work()
    JSONATA.template("{% $states.input.text %}", "Output")(view(work))
    assert 200 <= work.spent <= 400


def runs_of(read: Any, run_max: float, given: View) -> tuple[Any, int]:
    """The value of a reader, and the runs that it takes."""
    runs = 0
    while True:
        runs += 1
        given.work.begin_run()
        try:
            return read(View(given.input, work=given.work, chance=Chance("seed"))), runs
        except Paused:
            continue


TEMPLATE = {
    "nested.$": "States.ArrayLength(States.ArrayUnique(States.ArrayUnique($.list)))",
    "drawn.$": "States.Format('{} {} {}', States.UUID(), States.ArrayUnique($.list), States.MathRandom(1, 1000000))",
    "again.$": "States.UUID()",
    "filter.$": "$.list[?(@[0] > 1990)]",
    "below.$": "$..a",
    "text.$": "States.JsonToString($.objects)",
}


def test_a_state_that_is_made_in_runs_has_the_same_result() -> None:
    read = JSONPATH.template(TEMPLATE, "Parameters")
    whole, once = runs_of(read, 0, view(Work()))
    for run_max in (1.0, 1000.0, 10_000.0):
        work = Work(run_max)
        value, runs = runs_of(read, run_max, view(work))
        assert value == whole
        assert runs > once == 1


def test_all_runs_of_a_step_count_the_same_work() -> None:
    read = JSONPATH.template(TEMPLATE, "Parameters")
    whole, parts = Work(), Work(1000.0)
    runs_of(read, 0, view(whole))
    runs_of(read, 0, view(parts))
    assert parts.spent == pytest.approx(whole.spent)


def test_each_run_comes_further_even_if_what_it_repeats_is_more_than_a_run() -> None:
    read = JSONPATH.template({f"u{number}.$": "States.ArrayUnique($.list)" for number in range(5)}, "Parameters")
    value, runs = runs_of(read, 0, view(Work(0.5)))
    assert len(value) == 5
    assert runs == 5


def test_a_step_that_works_too_much_fails_with_a_cause() -> None:
    read = JSONPATH.template({"a.$": "States.ArrayUnique($.list)"}, "Parameters")
    with pytest.raises(StateError) as failed:
        read(view(Work(step_max=3000)))
    assert failed.value.error == "States.Runtime"
    assert failed.value.cause == "The expressions of the state take more work than one state may."
