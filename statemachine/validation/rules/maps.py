"""Rules for Map states: the fields that only a distributed Map has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from statemachine.validation.finding import INVALID_LABEL_NAME, Fault
from statemachine.validation.members import Fields, mapping, text
from statemachine.validation.parts import Part, StateDefinition, distributed

DISTRIBUTED_ONLY = ("ItemReader", "ItemBatcher", "ResultWriter")

_LABEL = re.compile(r"""[^\s?*<>{}\[\]"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,40}""")
"""A label is part of an ARN, so it follows the rule for names of machines (recorded: refused labels)."""


def distributed_fields(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """Only DISTRIBUTED mode has a reader, a batcher and a writer. A label is allowed in both modes."""
    if part.type != "Map" or distributed(_processor(part)):
        return
    for name in DISTRIBUTED_ONLY:
        if name in part.fields:
            message = f"Field '{name}' is only supported for the 'DISTRIBUTED' Mode"
            yield Fault((*part.path, name), message, shown=part.path)


def distributed_in_express(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """An Express execution has no distributed Map."""
    if part.type == "Map" and state.block.express and distributed(_processor(part)):
        yield Fault(part.path, "Express state machine does not support Map states in 'DISTRIBUTED' Mode")


def labels(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """A label has 1 to 40 characters, all of which a name may have."""
    label = text(part.fields, "Label") if part.type == "Map" else None
    if label is not None and not _LABEL.fullmatch(label):
        yield Fault((*part.path, "Label"), "Label is not valid", INVALID_LABEL_NAME)


def _processor(part: Part) -> Fields:
    return mapping(part.fields, "ItemProcessor") or mapping(part.fields, "Iterator")
