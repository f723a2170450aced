"""Names that are unique in a whole definition: those of states, and the labels of Map states."""

from __future__ import annotations

from collections.abc import Iterator

from statemachine.validation.finding import DUPLICATE_LABEL_NAME, DUPLICATE_STATE_NAME, Fault
from statemachine.validation.members import text
from statemachine.validation.parts import Block


def duplicate_state_names(blocks: list[Block]) -> Iterator[Fault]:
    """Each state name occurs once, also in nested States."""
    seen: set[str] = set()
    for block in blocks:
        for state in block.states:
            if state.name in seen:
                yield Fault(state.path, f"Duplicate State name: {state.name}", DUPLICATE_STATE_NAME)
            seen.add(state.name)


def duplicate_labels(blocks: list[Block]) -> Iterator[Fault]:
    """Each label occurs once, because it is part of a Map Run's ARN."""
    seen: set[str] = set()
    for block in blocks:
        for state in block.states:
            label = text(state.fields, "Label")
            if label in seen:
                yield Fault((*state.path, "Label"), f"Duplicate Label: {label}", DUPLICATE_LABEL_NAME)
            if label:
                seen.add(label)
