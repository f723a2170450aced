"""Ordered jobs, run: what each task is given, what is kept, how often a task is tried, what its failure says."""

from __future__ import annotations

from typing import Any

from statemachine.core.events import StartRequested
from tests.core.forgetful import Forgetful
from tests.core.script import START, Run
from tests.jobs.definitions import definition, ordered


def given(run: Run) -> list[Any]:
    return [
        event.details["input"].value
        for event in run.history
        if event.type == "LambdaFunctionScheduled" and event.details
    ]


def test_outputs_flow_on_and_are_kept() -> None:
    answers = {"a": [{"x": 1}], "b.1": [False], "c": ["C"]}
    run = Forgetful(definition(ordered("a", "b.1", "c")), input='{"n": 1}', answers=answers).finish()
    assert given(run) == [
        {"input": {"n": 1}, "outputs": {}},
        {"input": {"n": 1}, "outputs": {"a": {"x": 1}}},
        {"input": {"n": 1}, "outputs": {"a": {"x": 1}, "b.1": False}},
    ]
    assert run.execution.output is not None
    assert run.execution.output.value == {"a": {"x": 1}, "b.1": False, "c": "C"}


def test_any_input_will_do() -> None:
    for text in ("null", "[1]", '"text"', "{}"):
        run = Run(definition(ordered("a", "b")), input=text, answers={"a": [1], "b": [2]}).finish()
        assert run.execution.output is not None
        assert run.execution.output.text == '{"a":1,"b":2}'


def test_a_failed_task_is_tried_again_after_one_then_two_seconds_and_earlier_ones_are_not_repeated() -> None:
    """A job whose second task fails twice and then succeeds; everything is read back from the store at each step."""
    answers = {"a": [1], "b": [{"Error": "E"}, {"Error": "E"}, 2], "c": [3]}
    run = Forgetful(definition(ordered("a", "b", "c", retries=2)), answers=answers).finish()
    assert run.execution.status == "SUCCEEDED"
    assert run.now - START == 3
    assert len(given(run)) == 5
    assert given(run)[0] == {"input": {}, "outputs": {}}


def test_the_last_failure_is_the_jobs() -> None:
    answers = {"a": [{"Error": "First", "Cause": "1"}, {"Error": "Second", "Cause": "2"}]}
    run = Run(definition(ordered("a", "b", retries=1)), answers=answers).finish()
    assert (run.execution.status, run.execution.error, run.execution.cause) == ("FAILED", "Second", "2")
    assert len(given(run)) == 2


def test_without_retries_a_task_is_tried_once() -> None:
    run = Run(definition(ordered("a")), answers={"a": [{"Error": "E", "Cause": "why"}]}).finish()
    assert (run.execution.error, run.execution.cause) == ("E", "why")
    assert run.now == START


def test_definition_names_functions_of_the_region_and_account() -> None:
    state = definition(ordered("a"))["States"]["a"]
    assert state["Resource"] == "arn:aws:lambda:us-east-1:000000000000:function:a"
    assert "Retry" not in state
    assert definition(ordered("a", retries=3))["States"]["a"]["Retry"] == [
        {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "BackoffRate": 2, "MaxAttempts": 3}
    ]


def test_a_run_without_answers_waits_at_its_first_task() -> None:
    run = Run(definition(ordered("a", "b")))
    run.send(StartRequested())
    assert run.scopes[""].state == "a"
