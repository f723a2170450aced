"""A program: all expressions of one group of fields, which are evaluated together over one view.

A program makes one request for all its expressions. Equal views give equal requests. A request has only the values that
the expressions read. Knows no field.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from statemachine.json_text import dump
from statemachine.query.evaluation import EvaluationLimits, EvaluationRequest, EvaluationResult, Value
from statemachine.query.jsonata.analysis.analyse import STATES
from statemachine.query.jsonata.analysis.reads import Parts, merged, pick
from statemachine.query.jsonata.evaluation.evaluate import evaluate
from statemachine.query.jsonata.evaluation.numbers import read_result
from statemachine.query.jsonata.expressions import Expression
from statemachine.query.jsonata.failures import without_value
from statemachine.query.view import ABSENT, View
from statemachine.query.work import EACH_CHARACTER

WORK_MAX = 65_536
"""Ours: the most work done at once in this process: the program's cost times the characters that it reads."""
IN_PLACE = EvaluationLimits(milliseconds=10_000)
"""The limits of an expression of unknown cost in a process that has no evaluators, as in a server in memory."""
WORK_OF_NOTHING = 100
"""Ours: each place of an expression counts as if it read this many characters more."""
EACH_OF_COST = 0.005
"""The work of one place of an expression and one character that it reads."""


class Program:
    """The expressions in the order of their evaluation. A program is shared by all executions and keeps no state."""

    def __init__(self, expressions: Sequence[Expression]) -> None:
        assert expressions
        analyses = [expression.analysis for expression in expressions]
        self._expressions = tuple(expressions)
        self._texts = tuple(expression.text for expression in expressions)
        self._reads = merged(each.reads for each in analyses)
        self._cost = _together(each.cost for each in analyses)
        self._reads_time = any(each.reads_time for each in analyses)
        self._draws_chance = any(each.draws_chance for each in analyses)

    def run(self, view: View) -> list[Any]:
        """The values of the expressions.

        Raises QueryEvaluationError for the first expression without a value. Passes on Unfinished of `view.evaluate`.
        """
        return view.work.once(self._values, view)

    def _values(self, view: View) -> list[Any]:
        results = self._evaluated(view).results
        values = []
        for expression, result in zip(self._expressions, results, strict=False):
            if not isinstance(result, Value):
                raise without_value(expression, result)
            view.work.charge(EACH_CHARACTER * len(result.text))
            values.append(read_result(result.text))
        assert len(values) == len(self._expressions), "an answer ends early only with a failure"
        return values

    def _evaluated(self, view: View) -> EvaluationResult:
        bindings = dump(self._bindings(view))
        view.work.charge(EACH_CHARACTER * len(bindings))
        cheap = self._cost is not None and self._cost * (len(bindings) + WORK_OF_NOTHING) <= WORK_MAX
        request = EvaluationRequest(
            self._texts,
            bindings,
            int(view.now * 1000) if self._reads_time else 0,
            view.chance.seed_for(self._expressions[0].location) if self._draws_chance else "",
        )
        if not cheap and view.evaluate is not None:
            return view.evaluate(request)
        view.work.charge(EACH_OF_COST * (self._cost or 1) * len(bindings))
        return evaluate(request if cheap else msgspec.structs.replace(request, limits=IN_PLACE))

    def _bindings(self, view: View) -> dict[str, Any]:
        bound = {}
        for name, parts in self._reads.items():
            if name == STATES:
                bound[name] = _states(view, parts)
            elif name in view.variables:
                bound[name] = pick(view.variables[name], parts)
        return bound


def _states(view: View, parts: Parts) -> dict[str, Any]:
    """The parts of `$states` that are read. Its members are in AWS's order (recorded)."""
    states = {}
    for name, attribute in _MEMBERS:
        if parts is None or name in parts:
            value = getattr(view, attribute)
            if value is not ABSENT:
                states[name] = pick(value, parts[name] if parts else None)
    return states


_MEMBERS = (("input", "input"), ("context", "context"), ("result", "result"), ("errorOutput", "error"))


def _together(costs: Iterable[int | None]) -> int | None:
    total = 0
    for cost in costs:
        if cost is None:
            return None
        total += cost
    return total
