"""Templates: JSON in which any string may be an expression (Arguments, Output, Assign, ItemSelector, …).

All results of a template share its parts without expressions. Knows no field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from statemachine.query.jsonata.expressions import Expression, compile_expression, is_expression
from statemachine.query.jsonata.programs import Program
from statemachine.query.language import Reader

TemplateFiller = Callable[[Sequence[Any]], Any]
"""From the values of a program's expressions to the filled template."""


def compile_template(template: Any, location: str, expressions: list[Expression]) -> TemplateFiller:
    """The filler of a template, which takes the values of all `expressions`.

    The expressions of the template are appended to `expressions`. `location` is the place of the template in its state
    (`Output`, `Catch[0]/Output`). Raises ExpressionSyntaxError.
    """
    return _compiled(template, location, expressions) or (lambda values: template)


def template_reader(template: Any, location: str) -> Reader:
    """The reader of a template. Raises ExpressionSyntaxError. The reader raises QueryEvaluationError."""
    expressions: list[Expression] = []
    fill = compile_template(template, location, expressions)
    if not expressions:
        return lambda view: template
    program = Program(expressions)
    return lambda view: fill(program.run(view))


def _compiled(template: Any, location: str, expressions: list[Expression]) -> TemplateFiller | None:
    """As `compile_template`, but None if the template has no expression."""
    if is_expression(template):
        place = len(expressions)
        expressions.append(compile_expression(template, location))
        return lambda values: values[place]
    if isinstance(template, dict):
        members = {name: _compiled(value, f"{location}/{name}", expressions) for name, value in template.items()}
        return _object(template, members) if any(members.values()) else None
    if isinstance(template, list):
        elements = [_compiled(value, f"{location}[{place}]", expressions) for place, value in enumerate(template)]
        return _array(template, elements) if any(elements) else None
    return None


def _object(template: dict[str, Any], members: dict[str, TemplateFiller | None]) -> TemplateFiller:
    return lambda values: {name: fill(values) if fill else template[name] for name, fill in members.items()}


def _array(template: list[Any], elements: list[TemplateFiller | None]) -> TemplateFiller:
    return lambda values: [fill(values) if fill else value for fill, value in zip(elements, template, strict=True)]
