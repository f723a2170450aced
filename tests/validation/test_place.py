"""The place of every member of JSON text is found, in every layout of the text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statemachine.validation.finding import Path
from statemachine.validation.text_positions import locate, repeated_member

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


def members(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The path of every member, with the text at its place: the name of a member, or an element itself."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield (*path, name), name
            yield from members(member, (*path, name))
    elif isinstance(value, list):
        for number, element in enumerate(value):
            yield (*path, number), element
            yield from members(element, (*path, number))


@given(VALUES, st.sampled_from([None, 0, 3]), st.sampled_from(["", " ", "\n\n  "]), st.booleans())
def test_the_places_of_all_members_are_found(value: Any, indent: int | None, margin: str, escape: bool) -> None:
    text = margin + json.dumps(value, indent=indent, ensure_ascii=escape)
    wanted = dict(members(value))
    lines = text.split("\n")
    found = locate(text, wanted)
    assert found.keys() == wanted.keys()
    for path, (line, column) in found.items():
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        begun, _ = json.JSONDecoder().raw_decode(rest)
        assert begun == wanted[path]


@pytest.mark.parametrize(
    ("path", "place"),
    [((), (2, 2)), (("a",), (2, 3)), (("a", 1), (3, 2)), (("b",), (3, 8)), (("a", 9), None), (("c",), None)],
)
def test_places_count_from_one_and_wrong_paths_are_left_out(path: Path, place: tuple[int, int] | None) -> None:
    assert locate('\n {"a": [1,\n "]"], "b": {}}', [path]) == ({path: place} if place else {})


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ('{"a": 1, "a": 2}', '"a": 2}'),
        ('{"a": "a", "b": {"a": ["a"], "b": 1},\n "b": 2, "a"', '"b": 2, "a"'),
        ('[{"a": 1}, {"a": 1, "\\u0061": 2', '"\\u0061": 2'),
        ('{"\\ud800": 1, "a": 1, "a": 2}', '"a": 2}'),
    ],
)
def test_the_place_of_a_repeated_member(text: str, rest: str) -> None:
    assert text[repeated_member(text) :] == rest
