"""A list of exceptions fails if an exception is new, and if one is no longer needed."""

from __future__ import annotations

import pytest

from tests.architecture.ratchet import hold, hold_numbers


@pytest.mark.parametrize(
    ("found", "listed", "message"),
    [
        ({"a": "at 1", "b": "at 2"}, {"a": "a reason"}, "new, and not allowed:\n'b': at 2"),
        (["b"], [], "new, and not allowed:\n'b'"),
        ({"a": "at 1"}, ["a", "b"], "take it off the list of exceptions\n'b'"),
    ],
)
def test_a_list_and_what_is_found_agree(found: dict[str, str], listed: list[str], message: str) -> None:
    hold(found, list(found))
    with pytest.raises(AssertionError, match=message):
        hold(found, listed)


@pytest.mark.parametrize(
    ("found", "listed", "message"),
    [
        ({"a": 2}, {"a": 1}, "more of this than there was:\na: 2"),
        ({"a": 1}, {}, "more of this than there was:\na: 1"),
        ({"a": 1}, {"a": 2}, "write the smaller number\na: 1"),
        ({}, {"a": 2}, "write the smaller number\na: 0"),
    ],
)
def test_numbers_only_fall(found: dict[str, int], listed: dict[str, int], message: str) -> None:
    hold_numbers(found, found)
    with pytest.raises(AssertionError, match=message):
        hold_numbers(found, listed)
