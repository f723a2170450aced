"""JSONPath: the query language of the Amazon States Language in which paths and intrinsic functions are written.

Everything here is compiled when a definition is registered and evaluates without I/O, clock or randomness of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from statemachine.query.jsonpath.conditions import compile_rule
from statemachine.query.jsonpath.dataflow import JsonPathDataflow, compile_dataflow
from statemachine.query.jsonpath.fields import compile_field
from statemachine.query.jsonpath.templates import compile_template
from statemachine.query.jsonpath.variables import state_variables_read
from statemachine.query.language import Condition, QueryLanguage, Reader

__all__ = ["JSONPATH", "JsonPath"]


class JsonPath:
    """The language JSONPath; see `QueryLanguage` for what its methods promise."""

    name = "JSONPath"

    def field(self, fields: Mapping[str, Any], name: str, where: str = "") -> Reader | None:
        """The reader of one field (`Seconds` or `SecondsPath`, …)."""
        return compile_field(fields, name, where)

    def template(self, template: Any, where: str) -> Reader:
        """The reader of a payload template."""
        return compile_template(template, where)

    def condition(self, rule: Mapping[str, Any], where: str) -> Condition:
        """The test of a choice rule."""
        return compile_rule(rule, where)

    def dataflow(self, fields: Mapping[str, Any], type: str, where: str = "") -> JsonPathDataflow:
        """Input and output processing."""
        return compile_dataflow(fields, type, where)

    def variables_read(self, fields: Mapping[str, Any]) -> set[str]:
        """The names of the variables that a state reads."""
        return state_variables_read(fields)


JSONPATH: QueryLanguage = JsonPath()
"""The one instance: it has no state."""
