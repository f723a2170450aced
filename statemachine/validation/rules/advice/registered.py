"""Advice on tasks whose Resource names something that this server does not have. Must not know the kinds of task.

A name that a path or an expression gives is not known before an execution, so nothing is said of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from statemachine.validation.finding import NOT_REGISTERED, PLACEHOLDER, Fault, Path
from statemachine.validation.members import mapping, text
from statemachine.validation.parts import Block, StateDefinition
from statemachine.validation.rules.jsonata import is_jsonata

if TYPE_CHECKING:
    from statemachine.tasks.registered import RegisteredNames

_PLACEHOLDER = re.compile(r"\$\{[^{}]*\}")
_INVOKE = re.compile(r"arn:[a-z-]+:states:::lambda:invoke(\.waitForTaskToken)?")
_FUNCTION = re.compile(r"arn:[a-z-]+:lambda:\S*:function:\S+")
_ACTIVITY = re.compile(r"arn:[a-z-]+:states:[^:\s]+:[^:\s]+:activity:\S+")


def placeholders(blocks: list[Block]) -> Iterator[Fault]:
    """The name of a Resource or function was put into the text: no `${…}` of a template is left."""
    for path, name in (found for state in _tasks(blocks) for found in (*_resource(state), *_function_name(state))):
        left = _PLACEHOLDER.search(name)
        if left:
            message = f"'{left[0]}' is a placeholder that was not substituted: put the name or the ARN in its place"
            yield Fault(path, message, PLACEHOLDER)


def names_not_registered(blocks: list[Block], registered: RegisteredNames) -> Iterator[Fault]:
    """This server has the function, shell command, activity or kind of task that a Resource names."""
    for state in _tasks(blocks):
        for path, resource in _resource(state):
            message = None if _PLACEHOLDER.search(resource) else _advice(resource, registered)
            if message:
                yield Fault(path, message, NOT_REGISTERED)
        for path, name in _function_name(state):
            message = None if _PLACEHOLDER.search(name) else registered.advice_on_function(name)
            if message:
                yield Fault(path, message, NOT_REGISTERED)


def _tasks(blocks: list[Block]) -> Iterator[StateDefinition]:
    return (state for block in blocks for state in block.states if state.type == "Task")


def _resource(state: StateDefinition) -> Iterator[tuple[Path, str]]:
    resource = text(state.fields, "Resource")
    if resource is not None:
        yield (*state.path, "Resource"), resource


def _function_name(state: StateDefinition) -> Iterator[tuple[Path, str]]:
    """The FunctionName of `lambda:invoke`, if it is written in the definition."""
    if not _INVOKE.fullmatch(text(state.fields, "Resource") or ""):
        return
    field = "Arguments" if state.language == "JSONata" else "Parameters"
    name = text(mapping(state.fields, field), "FunctionName")
    if name is not None and not (state.language == "JSONata" and is_jsonata(name)):
        yield (*state.path, field, "FunctionName"), name


def _advice(resource: str, registered: RegisteredNames) -> str | None:
    if _FUNCTION.fullmatch(resource):
        return registered.advice_on_function(resource)
    if _ACTIVITY.fullmatch(resource):
        return registered.advice_on_activity(resource)
    if ":" in resource:
        return registered.advice_on_resource(resource)
    return None  # it is no Resource at all: an error says so
