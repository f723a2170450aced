"""Rules for JSONata states: the fields that may have expressions, their `{%` and `%}`, and the expressions.

Every expression of a definition is checked by `expressions`. The query language's own parser reads them; this module
knows no syntax.
"""

from __future__ import annotations

from collections.abc import Iterator

from statemachine.errors import ExpressionSyntaxError
from statemachine.query.jsonata.analysis.analyse import STATES, Analysis, analyse
from statemachine.query.jsonata.dataflow import WITH_RESULT
from statemachine.query.jsonata.expressions import (
    CLOSING,
    EXPRESSION_FIELDS,
    OPENING,
    expression_text,
    is_expression,
    strings_in,
)
from statemachine.validation.finding import INVALID_JSONATA_EXPRESSION, UNSUPPORTED_JSONATA_EXPRESSION, Fault
from statemachine.validation.members import text
from statemachine.validation.parts import Part, StateDefinition

LITERALS = {
    "Seconds": "Integer",
    "TimeoutSeconds": "Integer",
    "HeartbeatSeconds": "Integer",
    "MaxConcurrency": "Integer",
    "ToleratedFailureCount": "Integer",
    "ToleratedFailurePercentage": "Number",
    "MaxItems": "Integer",
    "MaxItemsPerBatch": "Integer",
    "MaxInputBytesPerBatch": "Integer",
    "Items": "Array",
    "Condition": "Boolean",
}
"""The fields that hold a value of this type. In JSONata states they may hold an expression instead."""

AFTER_WORK = ("Output", "Assign")
"""The fields that are evaluated after the work, with its result."""

is_jsonata = is_expression


def literals(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """The rows of LITERALS: a string must be an expression, and only JSONata states have expressions."""
    for name, type in LITERALS.items():
        value = text(part.fields, name)
        if value is None or state.language is None or (state.language == "JSONata" and _meant_as_expression(value)):
            continue
        yield Fault((*part.path, name), f"Expected value of type {type}")


def expressions(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """A string that begins with `{%` ends with `%}`, and the other way round. Between them is JSONata, which does not
    read values that do not exist in this field."""
    if state.language != "JSONata":
        return
    for name in EXPRESSION_FIELDS:
        for path, value in strings_in(part.fields.get(name), (*part.path, name)):
            if is_expression(value):
                for code, message in _wrong_in(expression_text(value), part.type, name):
                    yield Fault(path, message, code)
            elif _meant_as_expression(value):
                message = f"A JSONata expression must begin with '{OPENING}' and end with '{CLOSING}'"
                yield Fault(path, message, INVALID_JSONATA_EXPRESSION)


def _meant_as_expression(value: str) -> bool:
    return value.startswith(OPENING) or value.endswith(CLOSING)


def _wrong_in(expression: str, part_type: str, field: str) -> Iterator[tuple[str, str]]:
    """The code and the message of each error in an expression of that field."""
    try:
        analysis = analyse(expression)
    except ExpressionSyntaxError as error:
        yield INVALID_JSONATA_EXPRESSION, str(error)
        return
    for reference in analysis.at_top:
        message = f"Reference to '{reference}' at the top level is not supported."
        yield UNSUPPORTED_JSONATA_EXPRESSION, message
    for member in _missing_members(analysis, part_type, field):
        message = f"Reference to '${STATES}.{member}' is not supported for the field '{field}'."
        yield UNSUPPORTED_JSONATA_EXPRESSION, message


def _missing_members(analysis: Analysis, part_type: str, field: str) -> Iterator[str]:
    """The members of `$states` that are read, but do not exist in this field (AWS documentation: refused at creation;
    the words are ours)."""
    read = analysis.reads.get(STATES) or {}
    if "result" in read and not (part_type in WITH_RESULT and field in AFTER_WORK):
        yield "result"
    if "errorOutput" in read and part_type != "Catcher":
        yield "errorOutput"
