"""JSONata: the query language of the Amazon States Language in which expressions stand between `{%` and `%}`.

Everything here is compiled when a definition is registered. Evaluating is pure: a Request with the values, the time and
the seed of chance gives an Answer, in this process or wherever the View sends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from statemachine.query.jsonata.conditions import compile_condition
from statemachine.query.jsonata.dataflow import JsonataDataflow, compile_dataflow
from statemachine.query.jsonata.fields import compile_field
from statemachine.query.jsonata.templates import template_reader
from statemachine.query.jsonata.variables import state_variables_read
from statemachine.query.language import Condition, QueryLanguage, Reader

__all__ = ["JSONATA", "Jsonata"]


class Jsonata:
    """The language JSONata; see `QueryLanguage` for what its methods promise."""

    name = "JSONata"

    def field(self, fields: Mapping[str, Any], name: str, where: str = "") -> Reader | None:
        """The reader of one field, literal or expression."""
        return compile_field(fields, name, where)

    def template(self, template: Any, where: str) -> Reader:
        """The reader of a template."""
        return template_reader(template, where)

    def condition(self, rule: Mapping[str, Any], where: str) -> Condition:
        """The test of a choice rule."""
        return compile_condition(rule, where)

    def dataflow(self, fields: Mapping[str, Any], type: str, where: str = "") -> JsonataDataflow:
        """Input and output processing."""
        return compile_dataflow(fields, type, where)

    def variables_read(self, fields: Mapping[str, Any]) -> set[str]:
        """The names of the variables that a state reads."""
        return state_variables_read(fields)


JSONATA: QueryLanguage = Jsonata()
"""The one instance: it has no state."""
