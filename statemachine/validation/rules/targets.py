"""Rules for transitions: every target exists, every state can be reached, and some state ends the block.

Transitions never leave their block, so each block is checked alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from statemachine.validation.finding import MISSING_END_STATE, MISSING_TRANSITION_TARGET, Fault, Path
from statemachine.validation.members import mapping, text
from statemachine.validation.parts import Block, StateDefinition

_TARGET_FIELDS = ("Next", "Default")


def missing_targets(block: Block) -> Iterator[Fault]:
    """StartAt, Next and Default name states of the same block. A block without states is not checked."""
    names = mapping(block.fields, "States")
    if not names:
        return
    start = text(block.fields, "StartAt")
    if start and start not in names:
        yield _missing((*block.path, "StartAt"), start)
    for state in block.states:
        for path, target in transitions(state):
            if target not in names:
                yield _missing(path, target)


def unreachable_states(block: Block) -> Iterator[Fault]:
    """Every state can be reached from StartAt. Nothing is checked if StartAt itself names no state."""
    reached = _reached(block)
    for state in block.states:
        if reached and state.name not in reached:
            yield Fault(state.path, f'State "{state.name}" is not reachable.', MISSING_TRANSITION_TARGET)


def missing_end(block: Block) -> Iterator[Fault]:
    """Some state that can be reached ends the block.

    A state without a transition to another state counts as an end too: another rule reports its error.
    """
    reached = _reached(block)
    if reached and not any(_ends(state, reached) for state in block.states if state.name in reached):
        yield Fault((*block.path, "States"), "No state ends the workflow", MISSING_END_STATE, shown=block.path)


def transitions(state: StateDefinition) -> Iterator[tuple[Path, str]]:
    """The transitions of a state: the path of each Next and Default, and the name of its target."""
    for part in state.parts:
        for name in _TARGET_FIELDS:
            target = text(part.fields, name)
            if target:
                yield (*part.path, name), target


def _missing(path: Path, target: str) -> Fault:
    return Fault(path, f"Missing '{path[-1]}' target: {target}", MISSING_TRANSITION_TARGET)


def _reached(block: Block) -> set[str]:
    states = {state.name: state for state in block.states}
    start = text(block.fields, "StartAt")
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in states and name not in reached:
            reached.add(name)
            waiting.extend(target for _, target in transitions(states[name]))
    return reached


def _ends(state: StateDefinition, reached: set[str]) -> bool:
    if state.type in ("Succeed", "Fail") or state.fields.get("End") is True:
        return True
    return not any(target in reached for path, target in transitions(state) if "Catch" not in path)
