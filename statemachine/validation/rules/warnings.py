"""Warnings about text that is valid, but probably not intended (service model: the warning codes).

All are about JSONPath: a value looks like a path, but is not evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from statemachine.query.jsonpath.templates import SUFFIX
from statemachine.validation.finding import NO_DOLLAR, NO_PATH, PASS_RESULT_IS_STATIC, Fault
from statemachine.validation.members import text
from statemachine.validation.parts import Part, StateDefinition
from statemachine.validation.rules.paths import PATHS
from statemachine.validation.rules.templates import TEMPLATES, is_expression, template_objects

_LIKE_A_PATH = re.compile(r"\$\$?[.\[]|States\.[A-Z]\w*\(")


def no_dollar(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """A field of a payload template has an expression as its value, but no `.$` at the end of its name."""
    if state.language != "JSONPath":
        return
    for template in TEMPLATES:
        for path, fields in template_objects(part.fields.get(template), (*part.path, template)):
            for name, value in fields.items():
                if not name.endswith(SUFFIX) and _looks_like_expression(value):
                    message = (
                        f"Value looks like a path or an intrinsic function; it is evaluated in a field '{name}{SUFFIX}'"
                    )
                    yield Fault((*path, name), message, NO_DOLLAR)


def no_path(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """A field has a path as its value, but only the field of the same name with `Path` is evaluated.

    ResultPath is the place for the result, and evaluates nothing; `static_result` warns of a path in Result.
    """
    if state.language != "JSONPath":
        return
    for name in part.fields:
        if name != "Result" and f"{name}Path" in PATHS and _looks_like_expression(text(part.fields, name)):
            message = f"Value looks like a path; it is evaluated in a field '{name}Path'"
            yield Fault((*part.path, name), message, NO_PATH)


def static_result(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """The Result of a Pass state has an expression, but Result is not evaluated."""
    if part.type != "Pass" or state.language != "JSONPath":
        return
    message = "Result is static: paths and intrinsic functions in it are not evaluated; use Parameters or InputPath"
    result, place = part.fields.get("Result"), (*part.path, "Result")
    if _looks_like_expression(result):
        yield Fault(place, message, PASS_RESULT_IS_STATIC)
    for path, fields in template_objects(result, place):
        for name, value in fields.items():
            if name.endswith(SUFFIX) or _looks_like_expression(value):
                yield Fault((*path, name), message, PASS_RESULT_IS_STATIC)


def _looks_like_expression(value: Any) -> bool:
    return isinstance(value, str) and _LIKE_A_PATH.match(value) is not None and is_expression(value)
