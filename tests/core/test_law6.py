"""The net for law 6 holds: each planted core changes something that it was given, and is found out."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from unittest.mock import patch

import pytest
from msgspec.structs import replace

from statemachine.core.advance import advance
from statemachine.core.model import Scope
from statemachine.core.payload import Payload
from statemachine.core.tally import Tally
from tests.core.law6 import checked, checked_advance, checked_in
from tests.core.script import Run

Change = Callable[[Any, Any], Any]

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"
MACHINE = {
    "StartAt": "P",
    "States": {
        "P": {"Type": "Pass", "Assign": {"seen.$": "$.n"}, "Next": "T"},
        "T": {"Type": "Task", "Resource": FUNCTION, "End": True},
    },
}
CHANGES: dict[str, Change] = {
    "a field of a scope": lambda checkpoint, event: setattr(checkpoint.scopes[""], "entries", 7),
    "a variable": lambda checkpoint, event: checkpoint.scopes[""].variables.update(seen=Payload(2)),
    "a scope more": lambda checkpoint, event: checkpoint.scopes.update({"/00000": Scope("/00000")}),
    "a scope less": lambda checkpoint, event: checkpoint.scopes.pop(""),
    "the header": lambda checkpoint, event: setattr(checkpoint.execution, "events", 0),
    "another header": lambda checkpoint, event: setattr(
        checkpoint, "execution", replace(checkpoint.execution, events=9)
    ),
    "a tally": lambda checkpoint, event: setattr(checkpoint.tallies["T"], "entered", 9),
    "a value that it has read": lambda checkpoint, event: checkpoint.execution.input.value.update(n=2),
    "a value of the event": lambda checkpoint, event: event.output.value.append(1),
}


class Stopped(Exception):
    """The run has come to the step that a test is about."""


def given() -> list[Any]:
    """All arguments of a step that answers a task: the machine, the checkpoint, the event and what comes with it."""
    arguments: list[Any] = []

    def step(*now: Any) -> Any:
        arguments[:] = now
        if getattr(now[2], "output", None) is not None:
            raise Stopped
        return checked_advance(*now)

    with patch("tests.core.script.checked_advance", step), suppress(Stopped):
        Run(MACHINE, '{"n": 1}', {"T": [[]]}).finish()
    arguments[1].tallies = {"T": Tally(1)}
    arguments[2] = replace(arguments[2], output=Payload(text="[]"))
    return arguments


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_core_that_changes_what_it_was_given_is_found(change: Change) -> None:
    with pytest.raises(AssertionError, match="Law 6"):
        checked(lambda machine, checkpoint, event, *more: change(checkpoint, event))(*given())


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_core_that_raises_after_its_change_is_found(change: Change) -> None:
    def changes_and_raises(machine: Any, checkpoint: Any, event: Any, *more: Any) -> None:
        change(checkpoint, event)
        raise ZeroDivisionError

    with pytest.raises(AssertionError, match="Law 6") as found:
        checked(changes_and_raises)(*given())
    assert isinstance(found.value.__context__, ZeroDivisionError)


def test_what_a_step_raises_goes_through() -> None:
    def raises(*arguments: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        checked(raises)(*given())


def test_a_payload_may_make_its_text_and_its_value() -> None:
    def reads(machine: Any, checkpoint: Any, event: Any, *more: Any) -> Any:
        return event.output.value, checkpoint.scopes[""].variables["made"].text

    arguments = given()
    arguments[1].scopes[""].variables["made"] = Payload({"a": [1.0, None]})
    assert checked(reads)(*arguments) == ([], '{"a":[1.0,null]}')


def test_the_message_says_where() -> None:
    with pytest.raises(AssertionError, match=r"/scopes//entries was 2 and is 7$"):
        checked(lambda machine, checkpoint, *more: setattr(checkpoint.scopes[""], "entries", 7))(*given())


def test_a_core_that_copies_no_scope_is_found_by_any_run() -> None:
    run = Run(MACHINE, '{"n": 1}', {"T": [[]]})
    copied = copy.copy
    shares_scopes = patch("copy.copy", lambda value: value if isinstance(value, Scope) else copied(value))
    with shares_scopes, pytest.raises(AssertionError, match="Law 6"):
        run.finish()


def test_the_engine_calls_the_checked_core_meanwhile() -> None:
    from statemachine.engine import writer

    with checked_in("statemachine.engine"):
        assert writer.advance is checked_advance
    assert writer.advance is advance
