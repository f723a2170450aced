"""From the text of a definition to its findings: first of the JSON, then of its shape, then of the rules.

Never raises. Knows no rule by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from statemachine import json_text
from statemachine.validation.finding import (
    INVALID_JSON_DESCRIPTION,
    MISSING_DESCRIPTION,
    SCHEMA_VALIDATION_FAILED,
    WARNINGS,
    Fault,
    Finding,
    Path,
    location_of,
    pointer_to,
)
from statemachine.validation.parts import Block, read_blocks
from statemachine.validation.rules import ADVICE_RULES, BLOCK_RULES, MACHINE_RULES, PART_RULES, WARNING_RULES
from statemachine.validation.rules.advice.registered import names_not_registered
from statemachine.validation.schema import schema_faults
from statemachine.validation.text_positions import locate, repeated_member

if TYPE_CHECKING:
    from statemachine.tasks.registered import RegisteredNames

CHARACTERS_MAX = 1_048_576
"""The longest definition (service model)."""
STATES_MAX = 10_000
"""Ours: how many states a definition may have, including nested states."""
FINDINGS_MAX = 1_000
"""Ours: the most findings that are made. Errors are found before warnings."""
FINDINGS_CHARACTERS_MAX = 262_144
"""Ours: no more findings are made when their paths have this many characters together, because names may be long."""

REPEATED = "Duplicate field "
"""The beginning of the parser's message about a repeated member. The parser does not know the member's place."""

STATE_NAME = "StateName"
"""In messages, the name of a state that has no name (recorded: TestState)."""


def validate(definition: str, type: str = "STANDARD", registered: RegisteredNames | None = None) -> list[Finding]:
    """All findings of a definition, in the order of its text. Errors make it invalid, warnings do not.

    `type` is the type of the state machine: STANDARD or EXPRESS. `registered` are the names that its tasks can use;
    without them there is no advice on names.
    """
    parsed = _parse(definition)
    if not isinstance(parsed, dict):
        return parsed
    blocks = read_blocks(parsed, express=type == "EXPRESS")
    return _findings(definition, _faults(blocks, blocks, registered))


def validate_state(definition: str) -> list[Finding]:
    """As `validate`, for the definition of one state without its machine (TestState). The targets of its transitions
    are not checked."""
    parsed = _parse(definition)
    if not isinstance(parsed, dict):
        return parsed
    blocks = read_blocks({"StartAt": STATE_NAME, "States": {STATE_NAME: parsed}}, express=False)
    return _findings(definition, _faults(blocks, blocks[1:]), outside=("States", STATE_NAME))


def _parse(definition: str) -> dict[str, Any] | list[Finding]:
    if not definition:
        return [_finding(MISSING_DESCRIPTION, "Definition cannot be empty")]
    if len(definition) > CHARACTERS_MAX:
        return [_finding(SCHEMA_VALIDATION_FAILED, f"Definition is longer than {CHARACTERS_MAX} characters")]
    if definition.isspace():
        return [_finding(SCHEMA_VALIDATION_FAILED, "Definition must be a valid JSON object")]
    try:
        parsed = json_text.parse(definition)
    except json_text.JsonError as error:
        if error.message.startswith(REPEATED):
            error = json_text.JsonError(error.message, definition, repeated_member(definition))
        message = f"{error.message}\n at {error.place}"
        return [_finding(INVALID_JSON_DESCRIPTION, message, error.place, error.line, error.column)]
    if not isinstance(parsed, dict):
        return [_finding(SCHEMA_VALIDATION_FAILED, "Definition must be a valid JSON object")]
    return parsed


def _faults(blocks: list[Block], closed: list[Block], registered: RegisteredNames | None = None) -> Iterator[Fault]:
    """`closed` are the blocks whose transitions are checked. Each must hold all targets of its transitions."""
    if sum(len(block.states) for block in blocks) > STATES_MAX:
        yield Fault(("States",), f"A state machine may have {STATES_MAX} states at most")
        return
    yield from schema_faults(blocks)
    for machine_rule in MACHINE_RULES:
        yield from machine_rule(blocks)
    for block_rule in BLOCK_RULES:
        for block in closed:
            yield from block_rule(block)
    for part_rule in (*PART_RULES, *WARNING_RULES):
        for block in blocks:
            for state in block.states:
                for part in state.parts:
                    yield from part_rule(state, part)
    for advice_rule in ADVICE_RULES:
        yield from advice_rule(blocks)
    if registered is not None:
        yield from names_not_registered(blocks, registered)


def _findings(definition: str, faults: Iterable[Fault], outside: Path = ()) -> list[Finding]:
    """Faults with their places in the text. `outside` is the path of the state if the text is only one state."""
    found = list(_bounded(faults))
    places = locate(definition, {fault.path[len(outside) :] for fault in found})
    findings = []
    for fault in found:
        path = fault.path[len(outside) :]
        line, column = places[path]
        severity = "WARNING" if fault.code in WARNINGS else "ERROR"
        location = location_of(fault.path if fault.shown is None else fault.shown) if fault.placed else None
        findings.append(Finding(fault.code, severity, fault.message, location, pointer_to(path), line, column))
    return sorted(findings, key=lambda finding: (finding.line, finding.column))


def _bounded(faults: Iterable[Fault]) -> Iterator[Fault]:
    characters = 0
    for fault in islice(faults, FINDINGS_MAX):
        yield fault
        characters += len(pointer_to(fault.path))
        if characters > FINDINGS_CHARACTERS_MAX:
            return


def _finding(code: str, message: str, location: str | None = None, line: int = 1, column: int = 1) -> Finding:
    return Finding(code, "ERROR", message, location, "", line, column)
