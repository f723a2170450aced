"""Finds the value that the segments of a path lead to, and says why they find nothing.

Names and indexes become a loop over keys. `selection` handles segments that may find many values. Knows only values,
no views.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from statemachine.errors import ExpressionSyntaxError
from statemachine.query.jsonpath.java import java_text
from statemachine.query.jsonpath.paths.segments import Segment
from statemachine.query.jsonpath.paths.selection import compile_selection
from statemachine.query.view import ABSENT
from statemachine.query.work import Work

Lookup = Callable[[Any, Work], Any]
"""From the value at which a path starts, and the work to count, to the value that the path finds, or ABSENT."""

_NOTHING_THERE = (KeyError, IndexError, TypeError)


def compile_lookup(segments: Sequence[Segment]) -> Lookup:
    """The lookup of these segments. It gives a list if a segment is indefinite. Raises ExpressionSyntaxError."""
    if segments and segments[-1].last:
        return _then(compile_lookup(segments[:-1]), segments)
    if all(segment.definite for segment in segments):
        keys = compile_keys([segment.key for segment in segments])
        return lambda value, work: keys(value)
    select = compile_selection([segment.text for segment in segments])
    first = next(number for number, segment in enumerate(segments) if not segment.definite)
    if segments[first].rule not in ("slice", "union"):
        return select
    follow = compile_keys([segment.key for segment in segments[:first]])

    def find(value: Any, work: Work) -> Any:
        # Recorded: a slice of a missing member gives [], but a slice of a value that is no array fails.
        holder = follow(value)
        return select(value, work) if holder is ABSENT or holder is None or isinstance(holder, list) else ABSENT

    return find


def obstacle(segments: Sequence[Segment], value: Any) -> str:
    """Why the segments find nothing in `value`, in Jayway's words (recorded for missing members)."""
    way = "$"
    for segment in segments:
        is_name = isinstance(segment.key, str)
        if is_name and not isinstance(value, dict):
            return f"Property {segment.text} not found in path {way}"
        if not is_name and not isinstance(value, list):
            return f"Filter: {segment.text} can only be applied to arrays. Current context is: {java_text(value)}"
        value = compile_keys([segment.key])(value)
        if value is ABSENT and is_name and segment is not segments[-1]:
            return f"Missing property in path {way}{segment.text}"
        if value is ABSENT:
            break
        way += segment.text
    return f"No results for path: ${''.join(segment.text for segment in segments)}"


def compile_keys(keys: Sequence[str | int | None]) -> Callable[[Any], Any]:
    """A function from a value to what the names and indexes find in it, or ABSENT."""
    if not keys:
        return lambda value: value
    if any(isinstance(key, int) for key in keys):
        return _follow_indexes(keys)

    def follow(value: Any) -> Any:
        try:
            for key in keys:
                value = value[key]
        except _NOTHING_THERE:
            return ABSENT
        return value

    return follow


def _follow_indexes(keys: Sequence[str | int | None]) -> Callable[[Any], Any]:
    def follow(value: Any) -> Any:
        try:
            for key in keys:
                if isinstance(value, str):  # the characters of a string are no items
                    return ABSENT
                value = value[key]
        except _NOTHING_THERE:
            return ABSENT
        return value

    return follow


def _then(find: Lookup, segments: Sequence[Segment]) -> Lookup:
    """The last segment after `find`: the length of the found value, or an object with its members in `names`."""
    names = segments[-1].names
    definite = all(segment.definite for segment in segments)
    if not names and not definite:
        raise ExpressionSyntaxError("length() may only follow a path of names and indexes")

    def length(value: Any, work: Work) -> Any:
        found = find(value, work)
        return len(found) if isinstance(found, list | dict | str) else ABSENT

    def pick(value: Any, work: Work) -> Any:
        found = find(value, work)
        return {name: found[name] for name in names if name in found} if isinstance(found, dict) else ABSENT

    def pick_from_each(value: Any, work: Work) -> Any:
        found = find(value, work)
        if found is ABSENT:
            return ABSENT
        return [{name: item[name] for name in names if name in item} for item in found if isinstance(item, dict)]

    if not names:
        return length
    return pick if definite else pick_from_each
