"""Lists of exceptions that may only shrink: a finding that is not listed fails, and so does one that is gone."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def hold(found: Mapping[Key, str] | Collection[Key], listed: Collection[Key]) -> None:
    """Raises AssertionError unless `found` is what is `listed`; a mapping says of each finding where it is."""
    new = [f"{key!r}: {found[key]}" if isinstance(found, Mapping) else repr(key) for key in found if key not in listed]
    assert not new, "this is new, and not allowed:\n" + "\n".join(new)
    gone = [repr(key) for key in listed if key not in found]
    assert not gone, "this has gone: take it off the list of exceptions\n" + "\n".join(gone)


def hold_numbers(found: Mapping[str, int], listed: Mapping[str, int]) -> None:
    """As `hold`, for numbers that may only fall."""
    risen = [f"{key}: {number}" for key, number in found.items() if number > listed.get(key, 0)]
    assert not risen, "there is more of this than there was:\n" + "\n".join(risen)
    fallen = [f"{key}: {found.get(key, 0)}" for key, number in listed.items() if found.get(key, 0) < number]
    assert not fallen, "there is less of this than there was: write the smaller number\n" + "\n".join(fallen)
