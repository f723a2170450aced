"""The variables that a JSONata state reads (variableReferences of DescribeStateMachine).

Knows which fields may have expressions, but not their meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from statemachine.query.jsonata.expressions import (
    EXPRESSION_FIELDS,
    compile_expression,
    is_expression,
    strings_in,
)

_HOLDERS = ("Choices", "Catch", "ItemReader", "ReaderConfig", "ItemBatcher", "ResultWriter")


def state_variables_read(fields: Mapping[str, Any]) -> set[str]:
    """The names of the variables that a JSONata state reads. States nested in it do not count.

    Raises ExpressionSyntaxError if one of its expressions cannot be compiled.
    """
    return {name for text in _expressions(fields) for name in compile_expression(text, "").analysis.variables}


def _expressions(fields: Mapping[str, Any]) -> Iterator[str]:
    for name in EXPRESSION_FIELDS:
        yield from (text for _, text in strings_in(fields.get(name)) if is_expression(text))
    for name in _HOLDERS:
        held = fields.get(name, ())
        for part in held if isinstance(held, list | tuple) else [held]:
            yield from _expressions(part)
