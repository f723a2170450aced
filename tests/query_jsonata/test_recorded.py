"""Recorded executions of JSONata states, replayed with the query language alone.

The recorded input, variables and result of each state are given. The recorded output, variables, arguments, items and
failures are expected. The recordings are no part of this project. They are read below STATEMACHINE_SHARED, and skipped
if they are missing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

import pytest

from statemachine.errors import QueryEvaluationError
from statemachine.query.jsonata import JSONATA
from statemachine.query.view import ABSENT, View

SHARED = File(os.environ.get("STATEMACHINE_SHARED", File(__file__).parents[2].parent / "shared"))
CASES = SHARED / "conformance" / "cases"
if not CASES.is_dir():
    pytest.skip("the recordings are not here", allow_module_level=True)

Event = dict[str, Any]


def details(event: Event) -> dict[str, Any]:
    """The member of an event that holds its details."""
    return next((value for name, value in event.items() if name.endswith("EventDetails")), {})


def value(recorded: Any) -> Any:
    """A recorded input or output. Objects were recorded parsed, other values as text."""
    return json.loads(recorded) if isinstance(recorded, str) else recorded


def states(block: dict[str, Any], language: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """All JSONata states of a machine by name, including nested states."""
    for name, state in block["States"].items():
        if state.get("QueryLanguage", language) == "JSONata":
            yield name, state
        for inner in (state.get("ItemProcessor"), *state.get("Branches", ())):
            if inner:
                yield from states(inner, language)


def histories() -> Iterator[Any]:
    for file in sorted(CASES.glob("*.json")):
        recorded = json.loads(file.read_text("utf-8"))
        machine: dict[str, dict[str, Any]] = {}
        for number, call in enumerate(recorded["calls"]):
            if call.get("operation") == "CreateStateMachine":
                machine = jsonata_states(call["params"].get("definition", ""))
            for check in call.get("checks", ()):
                events = check["expected"].get("events") if isinstance(check["expected"], dict) else None
                if machine and events:
                    yield pytest.param(machine, events, id=f"{recorded['id']} [{number}]")


def jsonata_states(definition: str) -> dict[str, dict[str, Any]]:
    parsed = json.loads(definition) if definition.startswith("{") else {}
    return dict(states(parsed, parsed.get("QueryLanguage", "JSONPath"))) if "States" in parsed else {}


class Replay:
    """Follows a recorded history and calls the language as the interpreter would.

    `answers` are triples: the name of a value, our value, AWS's value.
    """

    def __init__(self, machine: dict[str, dict[str, Any]]) -> None:
        self.machine = machine
        self.variables: dict[str, Any] = {}
        self.input: dict[str, Any] = {}
        self.result: Any = ABSENT
        self.error: Any = ABSENT
        self.item: Any = None
        self.current = ""
        self.next: str | None = None
        self.answers: list[tuple[str, Any, Any]] = []

    def view(self, name: str, **more: Any) -> View:
        context = {"Map": {"Item": {"Value": self.item}}}
        return View(self.input[name], variables=self.variables, context=lambda: context, **more)

    def play(self, event: Event) -> None:
        type, about = event["type"], details(event)
        if type.endswith("StateEntered"):
            self._entered(about["name"], value(about.get("input", "null")))
        elif self.current in self.machine and type.endswith("Scheduled"):
            arguments = JSONATA.dataflow(self.machine[self.current], "Task").arguments(self.view(self.current))
            recorded = about["parameters"] if "parameters" in about else value(about.get("input", "null"))
            self.answers.append(("arguments", arguments, recorded))
        elif type.endswith(("TaskSucceeded", "FunctionSucceeded", "ActivitySucceeded")):
            self.result = value(about["output"])
        elif type.endswith(("TaskFailed", "FunctionFailed")):
            cause = about["cause"]
            text = cause if isinstance(cause, str) else json.dumps(cause, separators=(",", ":"))
            self.error = {"Error": about["error"], "Cause": text}
        elif type == "MapStateStarted" and self.current in self.machine:
            self.answers.append(("items", len(self._items(self.current)), about["length"]))
        elif type == "MapIterationStarted" and about["name"] in self.machine:
            self.item = self._items(about["name"])[about["index"]]
        elif type == "EvaluationFailed":
            self._failed(about)
        elif type.endswith("StateExited"):
            self._exited(about)

    def _items(self, name: str) -> Any:
        read = JSONATA.field(self.machine[name], "Items")
        assert read is not None
        return read(self.view(name))

    def _entered(self, name: str, input: Any) -> None:
        if self.current in self.machine and self.machine[self.current]["Type"] == "Map":
            template = self.machine[self.current].get("ItemSelector", "{% $states.context.Map.Item.Value %}")
            selected = JSONATA.template(template, "ItemSelector")(self.view(self.current))
            self.answers.append(("iteration", selected, input))
        if self.next is not None:
            self.answers.append(("next", self.next, name))
        self.current, self.input[name], self.error, self.next = name, input, ABSENT, None

    def _flow(self, name: str) -> tuple[dict[str, Any], str, str]:
        """The fields that give the output of a state, with their type and place."""
        state = self.machine[name]
        if self.error is not ABSENT:
            return state["Catch"][0], "Catch", "Catch[0]"
        for number, rule in enumerate(state.get("Choices", ())):
            where = f"Choices[{number}]"
            if JSONATA.condition(rule, where)(self.view(name)):
                return rule, "Choice", where
        return state, state["Type"], ""

    def _left(self, name: str) -> Any:
        fields, type, where = self._flow(name)
        self.next = fields.get("Next", fields.get("Default"))
        result = ABSENT if self.error is not ABSENT else self.result
        return JSONATA.dataflow(fields, type, where).after(self.view(name, result=result, error=self.error))

    def _exited(self, about: dict[str, Any]) -> None:
        name = about["name"]
        assigned = {key: value(text) for key, text in about.get("assignedVariables", {}).items()}
        if name in self.machine and (self.machine[name]["Type"] not in ("Map", "Parallel")):
            produced = self._left(name)
            self.answers.append(("output", produced.output, value(about["output"])))
            # The history holds them without order.
            ours = dict(sorted((produced.assigned or {}).items()))
            self.answers.append(("assigned", ours, dict(sorted(assigned.items()))))
        self.variables.update(assigned)
        self.result, self.current = ABSENT, ""

    def _failed(self, about: dict[str, Any]) -> None:
        """One of the state's evaluations fails as recorded."""
        name = about["state"]
        questions = [lambda: self._items(name)] if self.machine[name]["Type"] == "Map" else []
        flow = JSONATA.dataflow(self.machine[name], "Task")
        for ask in (*questions, lambda: flow.arguments(self.view(name)), lambda: self._left(name)):
            try:
                ask()
            except QueryEvaluationError as failure:
                cause = about["cause"].partition("). ")[2]
                self.answers.append(("failure", (failure.location, failure.cause), (about.get("location"), cause)))
                return
        self.answers.append(("failure", "none", about["cause"]))


def same(ours: Any, recorded: Any) -> bool:
    """Equal, except for names that were masked in the recording."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        return list(ours) == list(recorded) and all(same(ours[name], recorded[name]) for name in ours)
    if isinstance(recorded, str) and "⟦" in recorded:
        return isinstance(ours, str)
    return type(ours) is type(recorded) and ours == recorded


@pytest.mark.parametrize(("machine", "events"), list(histories()))
def test_recorded_history(machine: dict[str, dict[str, Any]], events: list[Event]) -> None:
    replay = Replay(machine)
    for event in events:
        replay.play(event)
    assert replay.answers
    for what, ours, recorded in replay.answers:
        assert same(ours, recorded), (what, ours, recorded)
