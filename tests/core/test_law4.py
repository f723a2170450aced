"""Law 4: a compiled definition stays as it was compiled, whatever its executions do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from statemachine.core.compile import compile_machine
from statemachine.json_text import dump
from tests.core.law4 import picture
from tests.core.script import Run

CASES = Path(__file__).parent.parent / "cases"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"
JSONATA = {
    "definition": {
        "QueryLanguage": "JSONata",
        "StartAt": "Each",
        "States": {
            "Each": {
                "Type": "Map",
                "Items": "{% $states.input %}",
                "ItemProcessor": {
                    "StartAt": "Work",
                    "States": {
                        "Work": {
                            "Type": "Task",
                            "Resource": FUNCTION,
                            "Arguments": "{% {'n': $states.input} %}",
                            "Retry": [{"ErrorEquals": ["Busy"]}],
                            "End": True,
                        }
                    },
                },
                "Assign": {"total": "{% $sum($states.result) %}"},
                "Next": "IsLarge",
            },
            "IsLarge": {"Type": "Choice", "Choices": [{"Condition": "{% $total > 9 %}", "Next": "Done"}]},
            "Done": {"Type": "Succeed", "Output": "{% $total %}"},
        },
    },
    "input": [1, 2],
    "answers": {"Work": [{"Error": "Busy"}, 5, 6]},
}
EXECUTIONS = {
    "a map in JSONata": JSONATA,
    **{path.stem: json.loads(path.read_text()) for path in sorted(CASES.glob("*.json"))},
}

HELD: dict[str, Callable[[Any], Any]] = {
    "a state": lambda machine: machine.states.pop("Done"),
    "a state more": lambda machine: machine.states.update(Other=machine.states["Done"]),
    "a field of a frozen state": lambda machine: object.__setattr__(machine.states["Done"], "entered", "Entered"),
    "the body of a state": lambda machine: object.__setattr__(
        machine.states["Done"], "body", machine.states["IsLarge"].body
    ),
}


def run_of(case: dict[str, Any]) -> Run:
    return Run(
        case["definition"],
        dump(case.get("input", {})),
        case.get("answers", {}),
        frozenset(case.get("activities", ())),
    )


@pytest.mark.parametrize("case", EXECUTIONS.values(), ids=EXECUTIONS)
def test_an_execution_does_not_change_its_compiled_definition(case: dict[str, Any]) -> None:
    run = run_of(case)
    before = picture(run.machine)
    run.finish()
    assert run.history
    assert picture(run.machine) == before


@pytest.mark.parametrize("change", HELD.values(), ids=HELD)
def test_a_changed_definition_is_found(change: Callable[[Any], Any]) -> None:
    machine = compile_machine(JSONATA["definition"])
    before = picture(machine)
    change(machine)
    assert picture(machine) != before


def test_a_core_that_remembers_something_on_a_state_is_found() -> None:
    from statemachine.core import run as core

    entered = core.run

    def remembering(step: Any) -> None:
        states = step.machine.states
        object.__setattr__(states["Done"], "retriers", (*states["Done"].retriers, step.now))
        entered(step)

    run = run_of(JSONATA)
    before = picture(run.machine)
    with patch("statemachine.core.advance.run", remembering):
        run.finish()
    assert picture(run.machine) != before


def test_what_a_function_holds_is_seen() -> None:
    seen: list[int] = []

    def remember(number: int, known: dict[int, int] = {}) -> None:  # noqa: B006
        seen.append(number)
        known[number] = number

    before = picture(remember)
    assert picture(remember) == before
    remember(1)
    changed = {place for place, text in picture(remember).items() if before.get(place) != text}
    assert changed == {"/seen", "/seen/0", "/defaults/0/0", "/defaults/0/0/key 0", "/defaults/0/0/1"}


def test_an_object_that_holds_itself_is_seen_once() -> None:
    circle: list[Any] = []
    circle.append(circle)
    assert picture(circle) == {"": "list of 1", "/0": "the object at "}
