"""Rules for variables: their names, and the scopes that may assign them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from statemachine.validation.finding import Fault, Path
from statemachine.validation.members import mapping
from statemachine.validation.parts import Block, Part, StateDefinition
from statemachine.validation.rules.targets import transitions

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
    """A branch or an iteration may read the variables of outer blocks, but may not assign one of the same name.

    Ours: only what may be assigned before the branch or the iteration ends counts. A later state, and the Map or
    Parallel state itself, assign when the inner variables are gone, unless a loop leads back.
    """
    after = {block.path: _AfterAssignment(block) for block in blocks}
    for block in blocks:
        for state in block.states if block.outer else ():
            for part in state.parts:
                for path, name in _assigned(state, part):
                    if _is_assigned_around(name, block, after):
                        yield Fault(path, f"The variable '{name}' is already assigned in an outer scope")


def assigned_names(blocks: list[Block]) -> set[str]:
    """The names of all variables that a machine assigns."""
    states = (state for block in blocks for state in block.states)
    return {name for state in states for part in state.parts for _, name in _assigned(state, part)}


def _assigned(state: StateDefinition, part: Part) -> Iterator[tuple[Path, str]]:
    for name in mapping(part.fields, "Assign"):
        yield (*part.path, "Assign", name), name.removesuffix(".$") if state.language == "JSONPath" else name


def _is_assigned_around(name: str, block: Block, after: Mapping[Path, _AfterAssignment]) -> bool:
    while block.outer is not None:
        holder = block.path[: len(block.outer.path) + 2]  # …, "States", NAME
        if holder in after[block.outer.path].of(name):
            return True
        block = block.outer
    return False


class _AfterAssignment:
    """The states of a block that may be entered after a variable was assigned, by the name of the variable."""

    def __init__(self, block: Block) -> None:
        self._states = {state.name: state for state in block.states}
        self._assigning: dict[str, list[StateDefinition]] = {}
        for state in block.states:
            for name in {name for part in state.parts for _, name in _assigned(state, part)}:
                self._assigning.setdefault(name, []).append(state)
        self._found: dict[str, set[Path]] = {}

    def of(self, name: str) -> set[Path]:
        """The paths of these states."""
        if name not in self._found:
            self._found[name] = found = set()
            waiting = list(self._assigning.get(name, ()))
            while waiting:
                for _, target in transitions(waiting.pop()):
                    state = self._states.get(target)
                    if state is not None and state.path not in found:
                        found.add(state.path)
                        waiting.append(state)
        return self._found[name]
