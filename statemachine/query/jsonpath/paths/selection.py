"""Selecting many values at once: the segments that are more than a name or an index, evaluated by jsonpath-ng.

Cost is bounded: a step goes through a value once, finds MATCHES_MAX values at most, and a filter tests each of them
TERMS_MAX times at most. Knows nothing of views or variables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Protocol

from jsonpath_ng import Child, DatumInContext, Descendants, Fields, Index, Slice, This, Wildcard
from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.ext.filter import Filter
from jsonpath_ng.ext.parser import parse

from statemachine.errors import ExpressionSyntaxError, RuntimeFailure

MATCHES_MAX = 10_000
"""How many values a step may find, and so how many a filter may test."""


class _Step(Protocol):
    def find(self, datum: DatumInContext) -> list[DatumInContext]: ...


def compile_selection(segments: Sequence[str]) -> Callable[[Any], list[Any]]:
    """The function that gives all values which the segments (in normal form) select from a value.

    The library's parser takes half a millisecond, so it is asked when the path is first used: a definition may hold
    thousands of paths. The function raises RuntimeFailure where a step finds more than MATCHES_MAX.
    """
    steps: list[_Step] = []

    def select(value: Any) -> list[Any]:
        if not steps:
            steps.extend(step for segment in segments for step in _steps(segment))
        found = [DatumInContext(value)]
        for step in steps:
            nearer: list[DatumInContext] = []
            for datum in found:
                nearer += step.find(datum)
                if len(nearer) > MATCHES_MAX:
                    raise RuntimeFailure(f"The path ${''.join(segments)} selects more than {MATCHES_MAX} values")
            found = nearer
        return [datum.value for datum in found]

    return select


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
    """What a filter tests: the items of an array, and, as in Jayway, an object itself and not its members."""

    def find(self, datum: DatumInContext) -> list[DatumInContext]:
        if isinstance(datum.value, list):
            return [DatumInContext(item, Index(place), datum) for place, item in enumerate(datum.value)]
        return [datum] if isinstance(datum.value, dict) else []


class _Passing:
    """The value itself, if it passes all tests of a filter."""

    def __init__(self, condition: Filter) -> None:
        self.tests = condition.expressions

    def find(self, datum: DatumInContext) -> list[DatumInContext]:
        return [datum] if all(test.find(datum) for test in self.tests) else []
