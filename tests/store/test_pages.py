"""Rows read a page at a time: all of them, each once, in order, and no page before it is asked for."""

from __future__ import annotations

import pytest

from statemachine.store.memory import MemoryStore
from statemachine.store.pages import PAGE_ROWS, scan_pages


class NotingStore(MemoryStore):
    """Notes the limits of the scans that were made."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__()
        self.limits: list[int | None] = []
        self.commit(dict.fromkeys(keys, b""), {}, 0)

    def scan(
        self,
        prefix: str,
        after: str = "",
        limit: int | None = None,
        *,
        before: str | None = None,
        reverse: bool = False,
    ) -> list[tuple[str, bytes]]:
        self.limits.append(limit)
        return super().scan(prefix, after, limit, before=before, reverse=reverse)


KEYS = [f"a/{number}" for number in range(7)]


def keys(pages: list[list[tuple[str, bytes]]]) -> list[list[str]]:
    return [[key for key, _ in page] for page in pages]


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
def test_pages_hold_every_row_of_the_prefix_once(size: int) -> None:
    store = NotingStore([*KEYS, "b/0"])
    pages = keys(list(scan_pages(store, "a/", size=size)))
    assert [key for page in pages for key in page] == KEYS
    assert all(len(page) == size for page in pages[:-1])
    assert all(pages)


def test_a_prefix_without_rows_has_no_page() -> None:
    assert list(scan_pages(NotingStore(KEYS), "c/")) == []


def test_a_page_has_a_thousand_rows_if_no_size_is_given() -> None:
    store = NotingStore([f"a/{number:04d}" for number in range(PAGE_ROWS + 1)])
    assert [len(page) for page in scan_pages(store, "a/")] == [1_000, 1]


def test_bounds_are_those_of_a_scan() -> None:
    assert keys(list(scan_pages(NotingStore(KEYS), "a/", "a/1", before="a/5", size=2))) == [["a/2", "a/3"], ["a/4"]]


def test_pages_grow_up_to_a_size() -> None:
    store = NotingStore(KEYS)
    assert list(map(len, scan_pages(store, "a/", size=1, size_max=3))) == [1, 2, 3, 1]
    assert store.limits == [1, 2, 3, 3]


def test_a_page_is_read_when_it_is_asked_for() -> None:
    store = NotingStore(KEYS)
    pages = scan_pages(store, "a/", size=4)
    assert store.limits == []
    next(pages)
    assert store.limits == [4]
    store.commit({"a/9": b""}, {}, 0)
    assert keys(list(pages)) == [["a/4", "a/5", "a/6", "a/9"]]


def test_a_page_that_is_not_full_is_the_last_one() -> None:
    store = NotingStore(KEYS)
    list(scan_pages(store, "a/", size=4))
    assert store.limits == [4, 4]
