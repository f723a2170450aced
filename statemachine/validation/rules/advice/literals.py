"""Advice on paths into an input that is a literal: the output of the only state before, written in the definition.

The value of an expression in a literal is not known, so paths into it are not checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from statemachine.errors import ExpressionSyntaxError
from statemachine.query.jsonata.expressions import EXPRESSION_FIELDS, expression_text, strings_in
from statemachine.query.jsonpath.expressions import parse_expression
from statemachine.query.jsonpath.paths.path import Path as JsonPath
from statemachine.query.jsonpath.templates import SUFFIX
from statemachine.validation.finding import NOT_IN_LITERAL, Fault, Path
from statemachine.validation.members import text
from statemachine.validation.parts import Block, StateDefinition
from statemachine.validation.rules.jsonata import is_jsonata
from statemachine.validation.rules.targets import transitions
from statemachine.validation.rules.templates import template_objects

_INPUT = re.compile(r"\$states\.input((?:\.[A-Za-z_]\w*)+)")

_TEMPLATES = {
    "Task": ("Parameters",),
    "Parallel": ("Parameters",),
    "Pass": ("Parameters",),
    "Map": ("ItemSelector", "Parameters"),
}
_PATHS = {
    "Wait": ("SecondsPath", "TimestampPath", "OutputPath"),
    "Map": ("ItemsPath", "MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath"),
    "Fail": ("ErrorPath", "CausePath"),
    "Succeed": ("OutputPath",),
    "Choice": ("OutputPath",),
}
"""By the type of a state: the fields whose paths read its effective input."""


def members_that_are_not_there(blocks: list[Block]) -> Iterator[Fault]:
    """A path into the input finds a value, if the input is the literal output of the only state before."""
    for block in blocks:
        before = _only_predecessors(block)
        for state in block.states:
            found = _literal_output(before[state.name]) if state.name in before else None
            if found is None:
                continue
            field, literal = found
            for path, expression, keys in _reads(state):
                if _is_missing(literal, keys):
                    message = (
                        f"'{expression}' finds nothing: the input is the {field} of the state "
                        f"'{before[state.name].name}', which has no such member"
                    )
                    yield Fault(path, message, NOT_IN_LITERAL)


def _only_predecessors(block: Block) -> dict[str, StateDefinition]:
    """By the name of a state: the only state with a transition to it, if that transition is its Next."""
    ways: dict[str, list[StateDefinition | None]] = {text(block.fields, "StartAt") or "": [None]}
    for state in block.states:
        for path, target in transitions(state):
            done = state.type != "Choice" and path == (*state.path, "Next")
            ways.setdefault(target, []).append(state if done else None)
    return {name: states[0] for name, states in ways.items() if len(states) == 1 and states[0] is not None}


def _literal_output(state: StateDefinition) -> tuple[str, Any] | None:
    """The name and the value of the field that is the whole output of a state, or None if it has no such field."""
    if state.language == "JSONata" and "Output" in state.fields:
        return "Output", state.fields["Output"]
    untouched = all(state.fields.get(name, "$") == "$" for name in ("ResultPath", "OutputPath"))
    if state.language == "JSONPath" and state.type == "Pass" and "Result" in state.fields and untouched:
        return "Result", state.fields["Result"]
    return None


def _reads(state: StateDefinition) -> Iterator[tuple[Path, str, Sequence[str | int]]]:
    """The paths into the input of a state: the place of each, its text, and its keys."""
    if state.language == "JSONata":
        for field in EXPRESSION_FIELDS:
            for path, value in strings_in(state.fields.get(field), (*state.path, field)):
                match = _INPUT.fullmatch(expression_text(value)) if is_jsonata(value) else None
                if match:
                    yield path, match[0], match[1][1:].split(".")
    elif state.language == "JSONPath":
        for path, value in _paths(state):
            keys = _keys(value)
            if keys:
                yield path, value, keys


def _paths(state: StateDefinition) -> Iterator[tuple[Path, str]]:
    if state.fields.get("InputPath", "$") != "$":
        fields: tuple[str, ...] = ("InputPath",)
    else:
        fields = _PATHS.get(state.type, ())
        for template in _TEMPLATES.get(state.type, ()):
            for place, members in template_objects(state.fields.get(template), (*state.path, template)):
                for name, value in members.items():
                    if name.endswith(SUFFIX) and isinstance(value, str):
                        yield (*place, name), value
        yield from _tested(state)
    for name in fields:
        value = text(state.fields, name)
        read_elsewhere = name == "ItemsPath" and "ItemReader" in state.fields
        if value is not None and not read_elsewhere:
            yield (*state.path, name), value


def _tested(state: StateDefinition) -> Iterator[tuple[Path, str]]:
    """The Variables in the rules of a Choice. None if a rule uses IsPresent."""
    rules = [part for part in state.parts if part.type in ("ChoiceRule", "NestedChoiceRule")]
    if not any("IsPresent" in rule.fields for rule in rules):
        for rule in rules:
            variable = text(rule.fields, "Variable")
            if variable is not None:
                yield (*rule.path, "Variable"), variable


def _keys(value: str) -> Sequence[str | int]:
    """The keys of a reference path into the input, or no keys for any other text."""
    try:
        expression = parse_expression(value)
    except ExpressionSyntaxError:
        return ()
    if not isinstance(expression, JsonPath) or expression.root != "$" or not expression.reference:
        return ()
    return [segment.key for segment in expression.segments if segment.key is not None]


def _is_missing(value: Any, keys: Sequence[str | int]) -> bool:
    for key in keys:
        if is_jsonata(value):
            return False
        if isinstance(value, list):
            # A name may select from every element (JSONata); an index selects one element.
            if not isinstance(key, int):
                return False
            if key >= len(value):
                return True
            value = value[key]
        elif isinstance(value, dict) and isinstance(key, str) and key in value:
            value = value[key]
        else:
            return True
    return False
