"""Rules for choice rules: each has one test, and they are not nested too deeply."""

from __future__ import annotations

from collections.abc import Iterator

from statemachine.query.jsonpath.conditions import OPERATORS
from statemachine.validation.finding import TOO_DEEPLY_NESTED, Fault
from statemachine.validation.parts import Part, StateDefinition

DEPTH_MAX = 64
"""Ours: how deeply And, Or and Not may be nested."""

_COMBINATIONS = ("And", "Or", "Not")


def choice_tests(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """JSONPath: And, Or, Not, or a Variable with one comparison operator. JSONata: a Condition."""
    if part.type not in ("ChoiceRule", "NestedChoiceRule"):
        return
    if state.language == "JSONPath":
        yield from _one_test(part)
    elif state.language == "JSONata" and "Condition" not in part.fields:
        yield Fault(part.path, "These fields are required: [Condition]")


def choice_depth(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """And, Or and Not are nested at most DEPTH_MAX deep."""
    depth = sum(step in _COMBINATIONS for step in part.path[len(state.path) :])
    if part.type == "NestedChoiceRule" and depth == DEPTH_MAX + 1:
        yield Fault(part.path, f"Choice rules are nested more than {DEPTH_MAX} deep", TOO_DEEPLY_NESTED)


def _one_test(part: Part) -> Iterator[Fault]:
    combinations = [name for name in part.fields if name in _COMBINATIONS]
    comparisons = [name for name in part.fields if name in OPERATORS]
    tests = combinations + comparisons
    if not tests:
        yield Fault(part.path, "A comparison operator, And, Or or Not is required")
    for name in tests[1:]:
        message = "Only one comparison operator, And, Or or Not is allowed"
        yield Fault((*part.path, name), message, shown=part.path)
    if comparisons and "Variable" not in part.fields:
        yield Fault(part.path, "These fields are required: [Variable]")
    if combinations and not comparisons and "Variable" in part.fields:
        yield Fault((*part.path, "Variable"), "Field 'Variable' is not supported", shown=part.path)
