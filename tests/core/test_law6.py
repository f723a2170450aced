"""The net for law 6 holds: each planted core changes something that it was given, and is found out."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from statemachine.core.advance import advance
from statemachine.core.model import Event, Execution, Scope
from statemachine.core.payload import Payload
from statemachine.core.tally import Tally
from statemachine.core.walk import Checkpoint, Moment
from tests.core.law6 import checked, checked_in
from tests.core.script import START, Run

Change = Callable[[Checkpoint, Event], Any]

MACHINE = {"StartAt": "S", "States": {"S": {"Type": "Wait", "Seconds": 9, "Assign": {"seen.$": "$.n"}, "End": True}}}
CHANGES: dict[str, Change] = {
    "a field of a scope": lambda given, event: setattr(given.scopes[""], "entries", 7),
    "a variable": lambda given, event: given.scopes[""].variables.update(seen=Payload(2)),
    "a scope more": lambda given, event: given.scopes.update({"/00000": Scope("/00000")}),
    "a scope less": lambda given, event: given.scopes.pop(""),
    "the header": lambda given, event: setattr(given.execution, "events", 0),
    "another header": lambda given, event: setattr(given, "execution", replace(given.execution, events=9)),
    "a tally": lambda given, event: setattr(given.tallies["S"], "entered", 9),
    "a value of the input": lambda given, event: given.execution.input.value.update(n=2),
    "the value of the event": lambda given, event: event.output.value.append(1),
}


def given() -> tuple[Checkpoint, Event]:
    """A waiting execution whose payloads have their texts only, and an event with a payload."""
    run = Run(MACHINE, '{"n": 1}')
    run.send(Event("started"))
    scope = run.scopes[""]
    scope.variables = {"seen": Payload(text="1")}
    execution: Execution = copy.copy(run.execution)
    execution.input = Payload(text='{"n": 1}')
    return Checkpoint(execution, {"": scope}, {"S": Tally(1)}), Event("fired", output=Payload(text="[]"))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_core_that_changes_what_it_was_given_is_found(change: Change) -> None:
    checkpoint, event = given()
    with pytest.raises(AssertionError, match="Law 6"):
        checked(lambda machine, given, event, moment: change(given, event))(None, checkpoint, event, Moment(START))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_core_that_raises_after_its_change_is_found(change: Change) -> None:
    def changes_and_raises(machine: Any, given: Checkpoint, event: Event, moment: Moment) -> None:
        change(given, event)
        raise ZeroDivisionError

    checkpoint, event = given()
    with pytest.raises(AssertionError, match="Law 6") as found:
        checked(changes_and_raises)(None, checkpoint, event, Moment(START))
    assert isinstance(found.value.__context__, ZeroDivisionError)


def test_what_a_step_raises_goes_through() -> None:
    def raises(machine: Any, *given: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        checked(raises)(None, *given(), Moment(START))


def test_a_payload_may_make_its_text_and_its_value() -> None:
    def reads(machine: Any, given: Checkpoint, event: Event, moment: Moment) -> Any:
        return given.execution.input.value, event.output.value if event.output else None, written.text

    checkpoint, event = given()
    written = Payload({"a": [1.0, None]})
    checkpoint.scopes[""].variables["written"] = written
    assert checked(reads)(None, checkpoint, event, Moment(START)) == ({"n": 1}, [], '{"a":[1.0,null]}')


def test_the_message_says_where() -> None:
    checkpoint, event = given()
    change = CHANGES["a field of a scope"]
    with pytest.raises(AssertionError, match=r"/0/0/scopes//entries was 1 and is 7$"):
        checked(lambda machine, given, event, moment: change(given, event))(None, checkpoint, event, Moment(START))


def test_a_core_that_copies_no_scope_is_found_by_any_run(monkeypatch: pytest.MonkeyPatch) -> None:
    copied = copy.copy
    monkeypatch.setattr(copy, "copy", lambda value: value if isinstance(value, Scope) else copied(value))
    run = Run(MACHINE)
    run.send(Event("started"))
    run.now += 9
    with pytest.raises(AssertionError, match="Law 6"):
        run.send(Event("fired", attempt=run.scopes[""].attempt))


def test_the_engine_calls_the_checked_core_meanwhile() -> None:
    from statemachine.engine import writer

    with checked_in("statemachine.engine"):
        assert writer.advance is not advance
    assert writer.advance is advance
