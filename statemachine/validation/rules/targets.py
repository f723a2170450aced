"""Rules for transitions: every target exists, every state can be reached, and some state ends the block.

Transitions never leave their block, so each block is checked alone. The texts and places are recorded.
"""

from __future__ import annotations

from collections.abc import Iterator

from statemachine.validation.finding import MISSING_END_STATE, MISSING_TRANSITION_TARGET, Fault, Path
from statemachine.validation.members import mapping, text
from statemachine.validation.parts import Block, StateDefinition

_TARGET_FIELDS = ("Next", "Default")


def missing_targets(block: Block) -> Iterator[Fault]:
    """StartAt, Next and Default name states of the same block; all are called 'Next'. A block without states is not
    checked."""
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
    """Every state can be reached from StartAt. If StartAt names no state, some other state leads to each state.

    Nothing is checked in a block that has no StartAt, or that no state ends.
    """
    if not text(block.fields, "StartAt") or not _has_end(block):
        return
    reached = _reached(block) or {
        target for state in block.states for _, target in transitions(state) if target != state.name
    }
    for state in block.states:
        if state.name not in reached:
            yield Fault(state.path, f'State "{state.name}" is not reachable.', MISSING_TRANSITION_TARGET)


def missing_end(block: Block) -> Iterator[Fault]:
    """Some state ends the block. AWS names no place for this error."""
    if block.states and not _has_end(block):
        yield Fault((*block.path, "States"), "Workflow has no terminal state", MISSING_END_STATE, placed=False)


def transitions(state: StateDefinition) -> Iterator[tuple[Path, str]]:
    """The transitions of a state: the path of each Next and Default, and the name of its target."""
    for part in state.parts:
        for name in _TARGET_FIELDS:
            target = text(part.fields, name)
            if target:
                yield (*part.path, name), target


def _missing(path: Path, target: str) -> Fault:
    return Fault(path, f"Missing 'Next' target: {target}", MISSING_TRANSITION_TARGET)


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


def _has_end(block: Block) -> bool:
    return any(_ends(state) for state in block.states)


def _ends(state: StateDefinition) -> bool:
    # A state without any transition counts as an end too: another rule reports its error.
    if state.type in ("Succeed", "Fail") or state.fields.get("End") is True:
        return True
    return not any("Catch" not in path for path, _ in transitions(state))
