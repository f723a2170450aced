"""`{% … %}`: which strings of a definition are expressions, where they may stand, and one of them in its place.

Knows the names of fields and nothing of what they mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from statemachine.errors import ExpressionSyntaxError
from statemachine.query.jsonata.analysis.analyse import Analysis, analyse

OPENING, CLOSING = "{%", "%}"
"""The first and the last two characters of an expression."""

EXPRESSION_FIELDS = (
    *("Arguments", "Output", "Assign", "ItemSelector", "BatchInput", "Credentials"),
    *("Condition", "Items", "Seconds", "Timestamp", "TimeoutSeconds", "HeartbeatSeconds", "Error", "Cause"),
    *("MaxConcurrency", "ToleratedFailureCount", "ToleratedFailurePercentage"),
    *("MaxItems", "MaxItemsPerBatch", "MaxInputBytesPerBatch"),
)
"""The fields in which a JSONata state may have expressions, at any depth."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression as messages show it, the place that AWS names it by (`Output/total`), and what is known of it."""

    text: str
    location: str
    known: Analysis


def is_expression(value: Any) -> bool:
    """Is this value of a definition an expression?"""
    return isinstance(value, str) and len(value) >= 4 and value.startswith(OPENING) and value.endswith(CLOSING)


def expression_text(value: str) -> str:
    """What stands between `{%` and `%}`, without the blanks around it."""
    return value[len(OPENING) : -len(CLOSING)].strip()


def compile_expression(value: str, location: str) -> Expression:
    """An expression in its place. Raises ExpressionSyntaxError; its note says where."""
    text = expression_text(value)
    try:
        return Expression(text, location, analyse(text))
    except ExpressionSyntaxError as error:
        error.add_note(f"{location}: {text}")
        raise


def strings_in(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """All strings in a JSON value, each with the way to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from strings_in(member, (*path, name))
    elif isinstance(value, list):
        for place, element in enumerate(value):
            yield from strings_in(element, (*path, place))
