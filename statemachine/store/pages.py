"""Reads many rows a page at a time. Must not know what rows mean."""

from __future__ import annotations

from collections.abc import Iterator

from statemachine.store.interface import Readable

PAGE_ROWS = 1_000


def scan_pages(
    rows: Readable,
    prefix: str,
    after: str = "",
    *,
    before: str | None = None,
    size: int | None = None,
    size_max: int | None = None,
) -> Iterator[list[tuple[str, bytes]]]:
    """The rows whose keys begin with `prefix`, in order of their keys, in pages that are not empty.

    `after` and `before` are bounds as in `Readable.scan`. A page has `size` rows, PAGE_ROWS if that is None; the last
    page may have fewer. With `size_max`, each page is twice as large as the one before, up to that size. A page is read
    when the caller asks for it.
    """
    size = PAGE_ROWS if size is None else size
    while page := rows.scan(prefix, after=after, before=before, limit=size):
        yield page
        if len(page) < size:
            return
        after = page[-1][0]
        size = size if size_max is None else min(size * 2, size_max)
