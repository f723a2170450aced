"""Rules for variables: their names, and the scopes that may assign them."""

from __future__ import annotations

from collections.abc import Iterator

from statemachine.validation.finding import Fault, Path
from statemachine.validation.members import mapping
from statemachine.validation.parts import Block, Part, StateDefinition

NAME_LENGTH_MAX = 80
RESERVED = "states"


def variable_names(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """A name is a Unicode identifier of at most 80 characters, and not `states`."""
    for path, name in _assigned(state, part):
        if not name.isidentifier():
            yield Fault(path, f"'{name}' is not a valid variable name")
        elif name == RESERVED:
            yield Fault(path, f"The variable name '{name}' is reserved")
        elif len(name) > NAME_LENGTH_MAX:
            yield Fault(path, f"The variable name '{name}' is longer than {NAME_LENGTH_MAX} characters")


def outer_variables(blocks: list[Block]) -> Iterator[Fault]:
    """A branch or an iteration may read the variables of outer blocks, but may not assign one of the same name."""
    own: dict[Path, set[str]] = {}
    for block in blocks:
        assignments = [found for state in block.states for part in state.parts for found in _assigned(state, part)]
        own[block.path] = {name for _, name in assignments}
        around = _around(block, own)
        for path, name in assignments:
            if any(name in names for names in around):
                yield Fault(path, f"The variable '{name}' is already assigned in an outer scope")


def assigned_names(blocks: list[Block]) -> set[str]:
    """The names of all variables that a machine assigns."""
    states = (state for block in blocks for state in block.states)
    return {name for state in states for part in state.parts for _, name in _assigned(state, part)}


def _assigned(state: StateDefinition, part: Part) -> Iterator[tuple[Path, str]]:
    for name in mapping(part.fields, "Assign"):
        yield (*part.path, "Assign", name), name.removesuffix(".$") if state.language == "JSONPath" else name


def _around(block: Block, own: dict[Path, set[str]]) -> list[set[str]]:
    around = []
    while block.outer is not None:
        block = block.outer
        around.append(own[block.path])
    return around
