"""The Condition of a choice rule: an expression that gives a boolean, or a boolean literal (recorded)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from statemachine.query.jsonata.expressions import compile_expression
from statemachine.query.jsonata.failures import unexpected_type
from statemachine.query.jsonata.programs import Program
from statemachine.query.language import Condition
from statemachine.query.view import View


def compile_condition(rule: Mapping[str, Any], where: str) -> Condition:
    """The test of the rule at `where` (`Choices[1]`).

    Raises ExpressionSyntaxError. The test raises QueryEvaluationError.
    """
    given = rule["Condition"]
    if isinstance(given, bool):
        return lambda view: given
    expression = compile_expression(given, f"{where}/Condition")
    program = Program([expression])

    def test(view: View) -> bool:
        (value,) = program.run(view)
        if not isinstance(value, bool):
            raise unexpected_type(expression, "boolean", value)
        return value

    return test
