"""The parts of a definition: its blocks of states, the states, and the objects with fields inside a state.

Accepts any JSON object, valid or not. Judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from statemachine.validation.finding import Path
from statemachine.validation.members import Fields, elements, mapping, text

LANGUAGES = ("JSONPath", "JSONata")

STATE_TYPES = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")
"""The state types, in the order of AWS's messages."""

_OPERANDS = {"And": "NestedChoiceRule", "Or": "NestedChoiceRule", "Not": "NestedChoiceRule"}
_ON_FAILURE = {"Retry": "Retrier", "Catch": "Catcher"}
PARTS = {
    "Task": _ON_FAILURE,
    "Parallel": _ON_FAILURE,
    "Map": {**_ON_FAILURE, "ItemReader": "ItemReader", "ItemBatcher": "ItemBatcher", "ResultWriter": "ResultWriter"},
    "Choice": {"Choices": "ChoiceRule"},
    "ChoiceRule": _OPERANDS,
    "NestedChoiceRule": _OPERANDS,
    "ItemReader": {"ReaderConfig": "ReaderConfig"},
}
"""By the type of an object: its members that are parts, with their types."""

BLOCKS = {"Parallel": ("Branches",), "Map": ("ItemProcessor", "Iterator")}
"""By the type of a state: its members that hold states."""

ARRAYS = frozenset(("Retry", "Catch", "Choices", "And", "Or", "Branches"))
"""The members in PARTS and BLOCKS that are arrays."""


@dataclass(frozen=True, slots=True)
class Part:
    """An object with fields of its own: a state, or one of PARTS inside it. The `type` of a state is its Type."""

    type: str
    path: Path
    fields: Fields


@dataclass(slots=True)
class Block:
    """An object with StartAt and States: the machine, a branch or an item processor.

    `outer` is the block around it, whose variables its states can read. It is None for the machine and for the item
    processor of a distributed Map. `express` says whether its states run in an Express execution.
    """

    path: Path
    fields: Fields
    outer: Block | None
    express: bool
    states: list[StateDefinition] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StateDefinition:
    """One state of a definition.

    `type` is "" if the definition names no existing type. `language` is None if it names a language that does not
    exist. The first of `parts` is the state itself.
    """

    name: str
    path: Path
    fields: Fields
    type: str
    language: str | None
    block: Block
    parts: tuple[Part, ...]


def read_blocks(definition: Fields, *, express: bool) -> list[Block]:
    """All blocks of a definition. Outer blocks come before inner ones."""
    machine = Block((), definition, None, express)
    blocks = [machine]
    for block in blocks:  # the loop appends the blocks inside states
        states = mapping(block.fields, "States")
        for name, fields in states.items():
            if isinstance(fields, dict):
                state = _read_state(name, fields, block, _language(definition, "JSONPath"))
                block.states.append(state)
                blocks.extend(_inner_blocks(state))
    return blocks


def distributed(processor: Fields) -> bool:
    """Does this item processor run each item as its own execution?"""
    return mapping(processor, "ProcessorConfig").get("Mode") == "DISTRIBUTED"


def _read_state(name: str, fields: Fields, block: Block, machine_language: str | None) -> StateDefinition:
    path = (*block.path, "States", name)
    given = text(fields, "Type")
    type = given if given in STATE_TYPES else ""
    parts = tuple(_read_parts(Part(type, path, fields)))
    return StateDefinition(name, path, fields, type, _language(fields, machine_language), block, parts)


def _language(fields: Fields, default: str | None) -> str | None:
    if "QueryLanguage" not in fields:
        return default
    language = text(fields, "QueryLanguage")
    return language if language in LANGUAGES else None


def _read_parts(part: Part) -> Iterator[Part]:
    yield part
    for name, type in PARTS.get(part.type, {}).items():
        for path, fields in _objects(part.fields, name):
            yield from _read_parts(Part(type, (*part.path, *path), fields))


def _inner_blocks(state: StateDefinition) -> Iterator[Block]:
    for name in BLOCKS.get(state.type, ()):
        for path, fields in _objects(state.fields, name):
            place = (*state.path, *path)
            if distributed(fields):
                express = mapping(fields, "ProcessorConfig").get("ExecutionType") == "EXPRESS"
                yield Block(place, fields, None, express)
            else:
                yield Block(place, fields, state.block, state.block.express)


def _objects(fields: Fields, name: str) -> Iterator[tuple[Path, Fields]]:
    """The object at `name`, or the objects of the array at `name`, with their paths from `fields`."""
    if name in ARRAYS:
        for number, element in enumerate(elements(fields, name)):
            if isinstance(element, dict):
                yield (name, number), element
    elif isinstance(fields.get(name), dict):
        yield (name,), fields[name]
