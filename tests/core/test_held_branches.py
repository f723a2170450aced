"""Branches with DependsOn, the one member of Parallel that is not ASL: held until their siblings have ended well.

Each case is run twice: as it is, and with nothing in memory but what was read back from a store after each step.
"""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.core.events import StartRequested, TaskFailure, TaskSuccess
from statemachine.core.payload import Payload
from statemachine.json_text import dump
from statemachine.validation import validate
from tests.core.forgetful import Forgetful
from tests.core.script import Run, outline

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"

both = pytest.mark.parametrize("run_of", [Run, Forgetful])


def plain(name: str, **fields: Any) -> dict[str, Any]:
    return {"StartAt": name, "States": {name: {"Type": "Task", "Resource": FUNCTION, "End": True, **fields}}}


def held(name: str, *depends_on: str, **fields: Any) -> dict[str, Any]:
    return {"DependsOn": list(depends_on), **plain(name, **fields)}


def machine(*branches: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": list(branches), "End": True, **fields}}}


def entered(run: Run) -> list[str]:
    return [event.details["name"] for event in run.history if event.type == "TaskStateEntered" and event.details]


def given(run: Run) -> dict[str, Any]:
    """What each task was given, by state name; of several times, the last."""
    names = {}
    found = {}
    for event in run.history:
        if event.type == "TaskStateEntered" and event.details:
            names[event.scope] = event.details["name"]
        if event.type == "LambdaFunctionScheduled" and event.details:
            found[names[event.scope]] = event.details["input"].value
    return found


def answer(run: Run, name: str, output: Any) -> None:
    path = next(path for path, scope in run.scopes.items() if scope.state == name)
    assert run.send(TaskSuccess(path, run.token(path), Payload(text=dump(output))))


@both
def test_a_branch_begins_with_the_end_of_its_last_dependency(run_of: type[Run]) -> None:
    """The graph that no nesting of Parallels can say: c waits for a and b, d for b only."""
    run = run_of(machine(held("c", "a", "b"), held("a"), held("d", "b"), held("b")), input='{"n": 1}')
    run.send(StartRequested())
    assert entered(run) == ["a", "b"]
    answer(run, "b", "B")
    assert entered(run) == ["a", "b", "d"]
    answer(run, "d", "D")
    assert entered(run) == ["a", "b", "d"]
    answer(run, "a", "A")
    assert entered(run) == ["a", "b", "d", "c"]
    answer(run, "c", "C")
    assert run.execution.status == "SUCCEEDED"
    assert run.execution.output is not None
    assert run.execution.output.value == ["C", "A", "D", "B"]
    assert given(run) == {
        "a": {"input": {"n": 1}, "outputs": {}},
        "b": {"input": {"n": 1}, "outputs": {}},
        "c": {"input": {"n": 1}, "outputs": {"a": "A", "b": "B"}},
        "d": {"input": {"n": 1}, "outputs": {"b": "B"}},
    }


def test_history_of_a_held_branch_follows_the_end_that_it_waited_for() -> None:
    run = Run(machine(held("a"), held("b", "a")), answers={"a": [1], "b": [2]}).finish()
    assert outline(run.history) == [
        "1<-0 ExecutionStarted",
        "2<-0 ParallelStateEntered P",
        "3<-2 ParallelStateStarted",
        "4<-3 TaskStateEntered a",
        "5<-4 LambdaFunctionScheduled",
        "6<-5 LambdaFunctionStarted",
        "7<-6 LambdaFunctionSucceeded",
        "8<-7 TaskStateExited a",
        "9<-8 TaskStateEntered b",
        "10<-9 LambdaFunctionScheduled",
        "11<-10 LambdaFunctionStarted",
        "12<-11 LambdaFunctionSucceeded",
        "13<-12 TaskStateExited b",
        "14<-13 ParallelStateSucceeded",
        "15<-13 ParallelStateExited P",
        "16<-15 ExecutionSucceeded",
    ]


@both
def test_branches_without_it_are_given_the_plain_input_even_beside_one_that_has_it(run_of: type[Run]) -> None:
    run = run_of(machine(plain("a"), held("b", "a")), input="7", answers={"a": [1], "b": [2]}).finish()
    assert given(run) == {"a": 7, "b": {"input": 7, "outputs": {"a": 1}}}


@both
def test_input_is_the_effective_one_of_the_parallel(run_of: type[Run]) -> None:
    definition = machine(held("a"), Parameters={"x.$": "$.n"})
    run = run_of(definition, input='{"n": 1}', answers={"a": [1]}).finish()
    assert given(run) == {"a": {"input": {"x": 1}, "outputs": {}}}


@both
def test_a_failure_ends_what_runs_and_what_is_held_never_begins(run_of: type[Run]) -> None:
    run = run_of(machine(held("a"), held("b"), held("c", "a", "b")))
    run.send(StartRequested())
    assert run.send(TaskFailure("/00000", run.token("/00000"), error="E", cause="why"))
    assert (run.execution.status, run.execution.error, run.execution.cause) == ("FAILED", "E", "why")
    assert entered(run) == ["a", "b"]
    assert [path for path, scope in run.scopes.items() if scope.waiting is not None] == []
    assert run.cancelled == ["/00001"]


@both
def test_a_branch_that_is_retried_holds_the_others_until_it_succeeds(run_of: type[Run]) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2}]
    answers = {"a": [{"Error": "E"}, {"Error": "E"}, "A"], "b": ["B"]}
    run = run_of(machine(held("a", Retry=retry), held("b", "a")), answers=answers).finish()
    assert run.execution.status == "SUCCEEDED"
    assert entered(run) == ["a", "b"]


@both
def test_a_parallel_that_is_retried_holds_its_branches_anew(run_of: type[Run]) -> None:
    retry = [{"ErrorEquals": ["E"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    run = run_of(
        machine(held("a"), held("b", "a"), held("c", "b"), Retry=retry),
        answers={"a": ["first", "second"], "b": [{"Error": "E"}, "B"], "c": ["C"]},
    ).finish()
    assert entered(run) == ["a", "b", "a", "b", "c"]
    assert given(run)["b"]["outputs"] == {"a": "second"}
    assert run.execution.output is not None
    assert run.execution.output.value == ["second", "B", "C"]


@both
def test_outputs_that_are_too_large_together_fail_the_branch_that_is_given_them(run_of: type[Run]) -> None:
    text = "x" * 200_000
    run = run_of(machine(held("a"), held("b"), held("c", "a", "b")), answers={"a": [text], "b": [text]}).finish()
    assert (run.execution.status, run.execution.error) == ("FAILED", "States.DataLimitExceeded")


@both
def test_more_branches_than_one_step_may_enter_take_turns(run_of: type[Run]) -> None:
    names = [f"t{number}" for number in range(250)]
    branches = [held("first"), *(held(name, "first") for name in names)]
    run = run_of(machine(*branches), answers={name: [1] for name in ["first", *names]}).finish()
    assert run.execution.status == "SUCCEEDED"
    assert sorted(entered(run)) == sorted(["first", *names])


def test_definitions_from_outside_may_not_have_it() -> None:
    found = validate(dump(machine(held("a"))))
    assert [(finding.pointer, finding.message) for finding in found] == [
        ("/States/P/Branches/0/DependsOn", "Field 'DependsOn' is not supported")
    ]
