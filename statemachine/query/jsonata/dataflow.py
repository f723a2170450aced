"""Input and output processing: Arguments → work → Output and Assign.

Output and Assign are evaluated together, with the values that the variables had before. A field that a state does not
have costs nothing. A value that passes unchanged stays the same object. Knows no state: its type decides only the
members of `$states` and the output of a state without Output.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from statemachine.query.jsonata.expressions import Expression
from statemachine.query.jsonata.programs import Program
from statemachine.query.jsonata.templates import TemplateFiller, compile_template, template_reader
from statemachine.query.language import Produced, Reader
from statemachine.query.view import ABSENT, View

WITH_RESULT = frozenset({"Task", "Parallel", "Map"})
"""The types of state that have `$states.result`. Without Output, this result is their output."""


@dataclass(frozen=True, slots=True)
class JsonataDataflow:
    """The compiled processing of one state, catcher or choice rule. A field is None if the state does not have it.

    `program` gives the values of the expressions in `output` and `assign`.
    """

    type: str
    arguments: Reader
    output: TemplateFiller | None
    assign: TemplateFiller | None
    program: Program | None

    def select(self, view: View) -> Any:
        """The input: JSONata has no InputPath."""
        return view.input

    def after(self, view: View) -> Produced:
        """Output and variables."""
        if self.type == "Pass" and view.result is not ABSENT:
            view = _without_result(view)
        values = self.program.run(view) if self.program is not None else ()
        return Produced(
            self._default(view) if self.output is None else self.output(values),
            None if self.assign is None else self.assign(values),
        )

    def _default(self, view: View) -> Any:
        if self.type == "Catch":
            return view.error
        return view.result if self.type in WITH_RESULT else view.input


def compile_dataflow(fields: Mapping[str, Any], type: str, where: str = "") -> JsonataDataflow:
    """See `QueryLanguage.dataflow`. Raises ExpressionSyntaxError."""
    prefix = f"{where}/" if where else ""
    expressions: list[Expression] = []
    return JsonataDataflow(
        type=type,
        arguments=template_reader(fields["Arguments"], f"{prefix}Arguments") if "Arguments" in fields else _input,
        output=_filler(fields, "Output", prefix, expressions),
        assign=_filler(fields, "Assign", prefix, expressions),
        program=Program(expressions) if expressions else None,
    )


def _filler(fields: Mapping[str, Any], name: str, prefix: str, expressions: list[Expression]) -> TemplateFiller | None:
    if name not in fields:
        return None
    return compile_template(fields[name], f"{prefix}{name}", expressions)


def _input(view: View) -> Any:
    return view.input


def _without_result(view: View) -> View:
    """The view without the result: a Pass state does no work, so it has no `$states.result`."""
    other = view.at(view.input)
    other.result = ABSENT
    return other
