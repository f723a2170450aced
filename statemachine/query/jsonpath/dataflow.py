"""Input and output processing: InputPath → Parameters → work → ResultSelector → ResultPath → OutputPath, and Assign.

What a state does not have costs nothing, and what passes through unchanged stays the same object. Knows no state; the
type only decides what `$` is in Assign and what there is to put into the output.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from statemachine.query.jsonpath.paths.path import parse_path, parse_reference_path
from statemachine.query.jsonpath.templates import compile_template
from statemachine.query.language import Produced, Reader
from statemachine.query.view import View

Stage = Callable[[View, Any], Any]
"""From a view (whose input is the raw input) and the value so far to the next value."""

_WITHOUT_WORK = frozenset({"Wait", "Choice", "Succeed"})


@dataclass(frozen=True, slots=True)
class JsonPathDataflow:
    """The compiled processing of one state, catcher or choice rule; None stands for a field that changes nothing.

    `outcome` gives what the output is made from: the result, in a catcher the error output, where there is no work the
    effective input. The three stages are open to whoever shows them one by one (TestState).
    """

    select: Reader
    arguments: Reader
    outcome: Reader
    result_selector: Stage | None
    result_path: Stage | None
    output_path: Stage | None
    assign: Reader | None

    def after(self, view: View) -> Produced:
        """Output and variables; `view.input` is the raw input. In Assign, `$` is what the work gave (recorded)."""
        result = value = self.outcome(view)
        if self.result_selector is not None:
            value = self.result_selector(view, value)
        if self.result_path is not None:
            value = self.result_path(view, value)
        if self.output_path is not None:
            value = self.output_path(view, value)
        return Produced(value, None if self.assign is None else self.assign(view.at(result)))


def compile_dataflow(fields: Mapping[str, Any], type: str, where: str = "") -> JsonPathDataflow:
    """See `QueryLanguage.dataflow`. Raises ExpressionSyntaxError."""
    prefix = f"{where}/" if where else ""
    select = _path_or_nothing(fields.get("InputPath", "$"))
    return JsonPathDataflow(
        select=select,
        arguments=_arguments(fields, type, prefix),
        outcome=_outcome(type, select),
        result_selector=_result_selector(fields, prefix),
        result_path=_result_path(fields.get("ResultPath", "$")),
        output_path=_output_path(fields.get("OutputPath", "$")),
        assign=compile_template(fields["Assign"], f"{prefix}Assign") if fields.get("Assign") else None,
    )


def _arguments(fields: Mapping[str, Any], type: str, prefix: str) -> Reader:
    # In a Map, Parameters is the old name of ItemSelector, which is filled in once for each item.
    if "Parameters" not in fields or type == "Map":
        return _input
    return compile_template(fields["Parameters"], f"{prefix}Parameters")


def _input(view: View) -> Any:
    return view.input


def _path_or_nothing(text: str | None) -> Reader:
    """InputPath and OutputPath: a path, or null for an empty object."""
    if text is None:
        return lambda view: {}
    return _input if text == "$" else parse_path(text).read


def _outcome(type: str, select: Reader) -> Reader:
    if type == "Catch":
        return lambda view: view.error
    if type in _WITHOUT_WORK:
        return select
    return lambda view: view.result


def _result_selector(fields: Mapping[str, Any], prefix: str) -> Stage | None:
    if "ResultSelector" not in fields:
        return None
    fill = compile_template(fields["ResultSelector"], f"{prefix}ResultSelector")
    return lambda view, result: fill(view.at(result))


def _result_path(text: str | None) -> Stage | None:
    if text is None:
        return lambda view, result: view.input
    if text == "$":
        return None
    put = parse_reference_path(text).put
    return lambda view, result: put(view.input, result)


def _output_path(text: str | None) -> Stage | None:
    if text == "$":
        return None
    read = _path_or_nothing(text)
    return lambda view, value: read(view.at(value))
