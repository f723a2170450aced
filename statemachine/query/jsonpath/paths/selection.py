"""Selects many values at once: jsonpath-ng evaluates the segments that are more than a name or an index.

The cost has a limit: a step visits each part of a value once and finds at most MATCHES_MAX values, and a filter tests
each of them at most TERMS_MAX times. Knows nothing of views or variables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Protocol

from jsonpath_ng import Child, DatumInContext, Descendants, Fields, Index, Slice, This, Wildcard
from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.ext.filter import And, Expression, Filter, Or
from jsonpath_ng.ext.parser import parse

from statemachine.errors import ExpressionSyntaxError, RuntimeFailure
from statemachine.query.jsonpath.paths.patterns import compile_pattern, matches
from statemachine.query.work import EACH_CHARACTER, Work

MATCHES_MAX = 10_000
"""How many values a step may find. A filter tests no more than these."""
AT_ONCE = 500
"""How many values a step looks at before the work may pause."""
EACH_VALUE = 5.0
"""The work of a value that a step looks at, or that a filter compares."""


class _Step(Protocol):
    def find(self, datum: DatumInContext) -> list[DatumInContext]: ...


def compile_selection(segments: Sequence[str]) -> Callable[[Any, Work], list[Any]]:
    """A function from a value and the work to count to all values that the segments (in normal form) select from it.

    The library's parser takes half a millisecond, and a definition may have thousands of paths. So a path is parsed at
    its first use. The function raises RuntimeFailure if a step finds more than MATCHES_MAX values.
    """
    steps: list[_Step] = []

    def select(value: Any, work: Work) -> list[Any]:
        if not steps:
            steps.extend(step for segment in segments for step in _steps(segment))
        found = [DatumInContext(value)]
        for step in steps:
            nearer: list[DatumInContext] = []
            for first in range(0, len(found), AT_ONCE):
                nearer += work.once(_found, step, found[first : first + AT_ONCE], work)
                if len(nearer) > MATCHES_MAX:
                    raise RuntimeFailure(f"The path ${''.join(segments)} selects more than {MATCHES_MAX} values")
            found = nearer
        return [datum.value for datum in found]

    return select


def _found(step: _Step, data: list[DatumInContext], work: Work) -> list[DatumInContext]:
    """The values that a step finds from some values. It stops when there are more than MATCHES_MAX."""
    found: list[DatumInContext] = []
    for datum in data:
        if isinstance(step, Descendants):
            work.charge(EACH_VALUE * _parts_of(datum.value))
        if isinstance(step, _Passing) and step.patterns:
            work.charge(EACH_CHARACTER * step.patterns * _characters_of(datum.value))
        nearer = step.find(datum)
        work.charge(EACH_VALUE * (len(step.tests) if isinstance(step, _Passing) else len(nearer)))
        found += nearer
        if len(found) > MATCHES_MAX:
            break
    return found


def _parts_of(value: Any) -> int:
    """How many values there are in a value, with itself."""
    count, parts = 0, [value]
    while parts:
        part = parts.pop()
        count += 1
        if isinstance(part, list | dict):
            parts += part.values() if isinstance(part, dict) else part
    return count


def _characters_of(value: Any) -> int:
    """How many characters the members of a value have. Texts below them are not compared."""
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else (value,)
    return sum(len(member) for member in members if isinstance(member, str))


@lru_cache(maxsize=4096)
def _steps(segment: str) -> tuple[_Step, ...]:
    try:
        tree = parse(f"${segment}")
    except JSONPathError as error:
        raise ExpressionSyntaxError(f"The segment {segment} cannot be parsed: {error}") from None
    match tree:
        case Child(right=Filter() as condition):
            return _Candidates(), _Passing(condition)
        case Descendants(right=Filter() as condition):
            return Descendants(This(), This()), _Passing(condition)
        case Child(right=Fields() | Index() | Slice() | Wildcard() as selector):
            return (selector,)
        case Descendants(right=Fields() | Index() | Slice() | Wildcard() as selector):
            return (Descendants(This(), selector),)
    raise ExpressionSyntaxError(f"The segment {segment} is not supported")


class _Candidates:
    """The values that a filter tests: the items of an array, or an object itself (as in Jayway), not its members."""

    def find(self, datum: DatumInContext) -> list[DatumInContext]:
        if isinstance(datum.value, list):
            return [DatumInContext(item, Index(place), datum) for place, item in enumerate(datum.value)]
        return [datum] if isinstance(datum.value, dict) else []


class _Passing:
    """The value itself, if it passes every test of a filter."""

    def __init__(self, condition: Filter) -> None:
        self.patterns = str(condition).count("=~")
        """At least as many as there are regular expressions."""
        self.tests = [_with_patterns(test) for test in condition.expressions]

    def find(self, datum: DatumInContext) -> list[DatumInContext]:
        return [datum] if all(test.find(datum) for test in self.tests) else []


class _Matching:
    """A test with a regular expression. The library's own would use Python's, which may run without end."""

    def __init__(self, expression: Expression) -> None:
        self._target = expression.target
        self._pattern = compile_pattern(expression.value)

    def find(self, datum: DatumInContext) -> list[DatumInContext]:
        found = [part.value for part in self._target.find(datum)] or [None]
        return [datum] if any(matches(self._pattern, value) for value in found) else []


def _with_patterns(test: Any) -> Any:
    """The test of a filter, with our regular expressions in the place of the library's."""
    if isinstance(test, And | Or):
        test.operands = [_with_patterns(operand) for operand in test.operands]
    elif isinstance(test, Filter):
        test.expressions = [_with_patterns(inner) for inner in test.expressions]
    elif isinstance(test, Expression) and test.op == "=~":
        return _Matching(test)
    return test
