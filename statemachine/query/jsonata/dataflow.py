"""Input and output processing: Arguments → work → Output and Assign, which are evaluated together over the values that
the variables had before.

What a state does not have costs nothing, and what passes through unchanged stays the same object. Knows no state; the
type only decides which members `$states` has and what the output is where there is no Output.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from statemachine.query.jsonata.expressions import Expression
from statemachine.query.jsonata.programs import Program
from statemachine.query.jsonata.templates import Filler, compile_template, template_reader
from statemachine.query.language import Produced, Reader
from statemachine.query.view import ABSENT, View

WITH_RESULT = frozenset({"Task", "Parallel", "Map"})
"""The types of state that have `$states.result`, which is their output where there is no Output."""


@dataclass(frozen=True, slots=True)
class JsonataDataflow:
    """The compiled processing of one state, catcher or choice rule. A field is None if the state does not have it.

    `program` gives the values that `output` and `assign` are filled with.
    """

    type: str
    arguments: Reader
    output: Filler | None
    assign: Filler | None
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


def _filler(fields: Mapping[str, Any], name: str, prefix: str, expressions: list[Expression]) -> Filler | None:
    if name not in fields:
        return None
    return compile_template(fields[name], f"{prefix}{name}", expressions)


def _input(view: View) -> Any:
    return view.input


def _without_result(view: View) -> View:
    """A Pass state does no work: what it hands on as its result is its input."""
    other = view.at(view.input)
    other.result = ABSENT
    return other
