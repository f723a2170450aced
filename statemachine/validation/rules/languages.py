"""Rules for query languages: the language of a state, and the fields that only one language has."""

from __future__ import annotations

from collections.abc import Iterator

from statemachine.query.jsonpath.conditions import OPERATORS
from statemachine.validation.finding import Fault
from statemachine.validation.members import text
from statemachine.validation.parts import Block, Part, StateDefinition

ONLY_IN = {
    "JSONPath": OPERATORS
    | {
        *("InputPath", "OutputPath", "Parameters", "Result", "ResultSelector", "ResultPath", "ItemsPath"),
        *("SecondsPath", "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath", "ErrorPath", "CausePath"),
        *("MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath"),
        *("MaxItemsPath", "MaxItemsPerBatchPath", "MaxInputBytesPerBatchPath"),
        *("Variable", "And", "Or", "Not"),
    },
    "JSONata": frozenset({"Arguments", "Output", "Items", "Condition"}),
}
"""By language: the fields that only this language has, anywhere in a state."""


def jsonpath_in_jsonata(blocks: list[Block]) -> Iterator[Fault]:
    """A JSONata machine has no JSONPath state (recorded: the place is the state)."""
    if text(blocks[0].fields, "QueryLanguage") != "JSONata":
        return
    for block in blocks:
        for state in block.states:
            if state.language == "JSONPath":
                yield Fault(
                    (*state.path, "QueryLanguage"),
                    "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
                    shown=state.path,
                )


def fields_of_other_language(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """A state has no field of the other language. The place is the state."""
    for language, names in ONLY_IN.items():
        if state.language is None or state.language == language:
            continue
        for name in part.fields:
            if name in names:
                yield Fault(
                    (*part.path, name),
                    f"The QueryLanguage is set to '{state.language}', "
                    f"but field '{name}' is only supported for the '{language}' QueryLanguage",
                    shown=state.path,
                )
