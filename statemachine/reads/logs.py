"""What the tasks of one execution have printed, a page at a time. Must not know a kind of task."""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

from statemachine.checkpoint import keys
from statemachine.checkpoint.logs import LogRow, read_log
from statemachine.store.interface import Readable
from statemachine.store.pages import scan_pages

PAGE_BYTES_MAX = 1_048_576
"""Ours: the bytes of the texts in one page. A page that would hold more ends earlier and has a next page."""


class LogSlice(NamedTuple):
    """Logs in the order in which their attempts ended, each with its position. `has_more` says that others follow."""

    logs: list[tuple[str, LogRow]]
    has_more: bool


def logs_page(rows: Readable, id: str, after: str, size: int) -> LogSlice:
    """A look at no more than `size` logs that follow the position `after`, "" for the first ones."""
    prefix = keys.logs_prefix(id)
    found: list[tuple[str, LogRow]] = []
    length = 0
    read = (row for page in scan_pages(rows, prefix, after=prefix + after if after else "") for row in page)
    for key, value in islice(read, size + 1):
        row = read_log(value)
        length += len(row.text)
        if len(found) == size or (found and length > PAGE_BYTES_MAX):
            return LogSlice(found, has_more=True)
        found.append((key.removeprefix(prefix), row))
    return LogSlice(found, has_more=False)
