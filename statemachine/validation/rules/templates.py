"""Rules for payload templates of JSONPath states: the values of fields whose names end in `.$`.

The query language's own parser reads the expressions; this module knows no syntax.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from statemachine.errors import ExpressionSyntaxError, UnsupportedPattern
from statemachine.query.jsonpath.expressions import parse_expression
from statemachine.query.jsonpath.templates import SUFFIX
from statemachine.validation.finding import Fault, Path
from statemachine.validation.members import Fields
from statemachine.validation.parts import Part, StateDefinition

TEMPLATES = ("Parameters", "ItemSelector", "ResultSelector", "Assign", "Credentials", "BatchInput")
"""The fields that are payload templates, anywhere in a state."""

AN_EXPRESSION = "a valid JSONPath or a valid intrinsic function call"


def payload_templates(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """A field `x.$` holds a path or an intrinsic function call, and no field `x` exists (recorded: at the template)."""
    if state.language != "JSONPath":
        return
    for template in TEMPLATES:
        place = (*part.path, template)
        for path, fields in template_objects(part.fields.get(template), place):
            for name, value in fields.items():
                if not name.endswith(SUFFIX):
                    continue
                message = _mistake(name, value)
                if message is not None:
                    yield Fault((*path, name), message, shown=place)
                plain = name.removesuffix(SUFFIX)
                if plain in fields:
                    yield Fault((*path, name), f"The fields '{plain}' and '{name}' must not both be given", shown=place)


def template_objects(template: Any, path: Path) -> Iterator[tuple[Path, Fields]]:
    """All objects in a template, outer objects first. The values of fields `x.$` are skipped."""
    if isinstance(template, dict):
        yield path, template
        for name, value in template.items():
            if not name.endswith(SUFFIX):
                yield from template_objects(value, (*path, name))
    elif isinstance(template, list):
        for number, value in enumerate(template):
            yield from template_objects(value, (*path, number))


def is_expression(value: Any) -> bool:
    """Is the value the text of a path or of an intrinsic function call?"""
    return _mistake("", value) is None


def _mistake(name: str, value: Any) -> str | None:
    """The message about the value of a field `x.$`, None if it is an expression."""
    try:
        if isinstance(value, str):
            parse_expression(value)
            return None
    except UnsupportedPattern as error:
        return str(error)
    except ExpressionSyntaxError:
        pass
    return f"The value for the field '{name}' must be {AN_EXPRESSION}"
