"""Payload templates: JSON whose `.$` members are computed (Parameters, ItemSelector, ResultSelector, Assign, …).

Knows the shape of templates. `expressions` parses the values of `.$` keys.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from statemachine.errors import ExpressionSyntaxError
from statemachine.query.jsonpath.expressions import parse_expression
from statemachine.query.jsonpath.java import in_hash_order
from statemachine.query.language import Reader
from statemachine.query.size import check_size
from statemachine.query.view import View

SUFFIX = ".$"
"""The suffix of the key of a computed member."""
REFERENCES_UNCHECKED_MAX = 16
"""Ours: the size of a filled template is checked if the template refers to more values than this."""


def compile_template(template: Any, where: str) -> Reader:
    """The reader that fills the template. All its results share the parts without computed members.

    The members of an object have AWS's order (recorded): first the given members in the template's order, then the
    computed members in `java.in_hash_order`. Raises ExpressionSyntaxError with AWS's text; its note names the reason
    and the place.
    """
    try:
        reader = _compiled(template) or (lambda view: template)
        return _bounded(reader) if _references(template) > REFERENCES_UNCHECKED_MAX else reader
    except ExpressionSyntaxError as error:
        error.add_note(f"{where}: {error.__cause__ or error}")
        raise


def _references(template: Any) -> int:
    """An upper bound of the references to values in computed members."""
    if isinstance(template, list):
        return sum(_references(item) for item in template)
    if not isinstance(template, dict):
        return 0
    return sum(
        value.count("$") if key.endswith(SUFFIX) and isinstance(value, str) else _references(value)
        for key, value in template.items()
    )


def _bounded(reader: Reader) -> Reader:
    def read(view: View) -> Any:
        value = reader(view)
        check_size(value)
        return value

    return read


def _compiled(template: Any) -> Reader | None:
    """The reader of the template, or None if it has no computed member."""
    if isinstance(template, dict):
        return _compiled_object(template)
    if isinstance(template, list):
        return _compiled_array(template)
    return None


def _compiled_array(template: list[Any]) -> Reader | None:
    items = [_compiled(item) for item in template]
    if not any(items):
        return None
    readers = [reader or _shared(item) for reader, item in zip(items, template, strict=True)]
    return lambda view: [read(view) for read in readers]


def _compiled_object(template: dict[str, Any]) -> Reader | None:
    given: dict[str, Any] = {}
    nested: dict[str, Reader] = {}
    computed: dict[str, Reader] = {}
    for key, value in template.items():
        if key.endswith(SUFFIX):
            computed[key.removesuffix(SUFFIX)] = _computed(key, value)
            continue
        given[key] = value
        reader = _compiled(value)
        if reader is not None:
            nested[key] = reader
    for name in given:
        if name in computed:
            raise ExpressionSyntaxError(f"The fields '{name}' and '{name}{SUFFIX}' must not both be given")
    if not nested and not computed:
        return None
    return _filling(given, [*nested.items(), *in_hash_order(computed).items()])


def _filling(given: dict[str, Any], readers: list[tuple[str, Reader]]) -> Reader:
    if not given:
        return lambda view: {name: read(view) for name, read in readers}

    def fill(view: View) -> dict[str, Any]:
        members = given.copy()
        for name, read in readers:
            members[name] = read(view)
        return members

    return fill


def _computed(key: str, text: Any) -> Reader:
    try:
        return parse_expression(text).reader(key)
    except ExpressionSyntaxError as error:
        raise ExpressionSyntaxError(
            f"The value for the field '{key}' must be a valid JSONPath or a valid intrinsic function call"
        ) from error


def _shared(value: Any) -> Callable[[View], Any]:
    return lambda view: value
