"""Advice on fields of a Map that have an effect in DISTRIBUTED mode only."""

from __future__ import annotations

from collections.abc import Iterator

from statemachine.validation.finding import WITHOUT_EFFECT, Fault
from statemachine.validation.members import mapping
from statemachine.validation.parts import Block, distributed

_TOLERANCES = (
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
)
_MESSAGES = {
    **dict.fromkeys(_TOLERANCES, "an inline Map fails with the first iteration that fails"),
    "Label": "an inline Map has no Map Run",
}


def fields_without_effect(blocks: list[Block]) -> Iterator[Fault]:
    """An inline Map has none of the fields that AWS accepts there and documents for DISTRIBUTED mode."""
    for block in blocks:
        for state in block.states:
            processor = mapping(state.fields, "ItemProcessor") or mapping(state.fields, "Iterator")
            if state.type != "Map" or distributed(processor):
                continue
            for name, reason in _MESSAGES.items():
                if name in state.fields:
                    message = f"The field '{name}' has an effect in 'DISTRIBUTED' Mode only: {reason}"
                    yield Fault((*state.path, name), message, WITHOUT_EFFECT)
