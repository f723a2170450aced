"""Expressions, `{% … %}`: the strings of a definition that are expressions, and the fields that may have them.

Knows the names of fields, but not their meaning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from statemachine.errors import ExpressionSyntaxError
from statemachine.query.jsonata.analysis.analyse import Analysis, analyse

OPENING, CLOSING = "{%", "%}"
"""The first two and the last two characters of an expression."""

EXPRESSION_FIELDS = (
    *("Arguments", "Output", "Assign", "ItemSelector", "BatchInput", "Credentials"),
    *("Condition", "Items", "Seconds", "Timestamp", "TimeoutSeconds", "HeartbeatSeconds", "Error", "Cause"),
    *("MaxConcurrency", "ToleratedFailureCount", "ToleratedFailurePercentage"),
    *("MaxItems", "MaxItemsPerBatch", "MaxInputBytesPerBatch"),
)
"""The fields of a JSONata state that may have expressions, at any depth."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression: its text for messages, AWS's name of its place (`Output/total`), and its analysis."""

    text: str
    location: str
    analysis: Analysis


def is_expression(value: Any) -> bool:
    """Is a value of a definition an expression?"""
    return isinstance(value, str) and len(value) >= 4 and value.startswith(OPENING) and value.endswith(CLOSING)


def expression_text(value: str) -> str:
    """The text between `{%` and `%}`, without the blanks around it."""
    return value[len(OPENING) : -len(CLOSING)].strip()


def compile_expression(value: str, location: str) -> Expression:
    """The expression at a place. Raises ExpressionSyntaxError, whose note names the place."""
    text = expression_text(value)
    try:
        return Expression(text, location, analyse(text))
    except ExpressionSyntaxError as error:
        error.add_note(f"{location}: {text}")
        raise


def strings_in(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """All strings in a JSON value, each with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from strings_in(member, (*path, name))
    elif isinstance(value, list):
        for place, element in enumerate(value):
            yield from strings_in(element, (*path, place))
