"""The variables that a JSONPath state reads (variableReferences of DescribeStateMachine).

Knows which fields hold paths and templates, but not their meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from statemachine.query.jsonpath.expressions import variables_read
from statemachine.query.jsonpath.templates import SUFFIX

_TEMPLATES = frozenset({"Parameters", "ItemSelector", "ResultSelector", "Assign", "Credentials", "BatchInput"})
_HOLDERS = frozenset(
    {"Choices", "And", "Or", "Not", "Catch", "ItemReader", "ReaderConfig", "ItemBatcher", "ResultWriter"}
)


def state_variables_read(fields: Mapping[str, Any]) -> set[str]:
    """The names of the variables that a JSONPath state reads. States nested in it do not count.

    Raises ExpressionSyntaxError if one of its expressions cannot be compiled.
    """
    return {name for text in _expressions(fields) for name in variables_read(text)}


def _expressions(fields: Mapping[str, Any]) -> Iterator[str]:
    for key, value in fields.items():
        if key in _TEMPLATES:
            yield from _in_template(value)
        elif key in _HOLDERS:
            for part in value if isinstance(value, list) else [value]:
                yield from _expressions(part)
        elif isinstance(value, str) and (key == "Variable" or (key.endswith("Path") and key != "ResultPath")):
            yield value


def _in_template(template: Any) -> Iterator[str]:
    if isinstance(template, list):
        for item in template:
            yield from _in_template(item)
    elif isinstance(template, dict):
        for key, value in template.items():
            if key.endswith(SUFFIX):
                yield value
            else:
                yield from _in_template(value)
