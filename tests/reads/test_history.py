"""Histories: pages in either order, limited in events and in characters, read in pieces of a bounded size."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from statemachine.checkpoint.write import INLINE_BYTES_MAX, GroupRows
from statemachine.core.model import Execution, HistoryEvent
from statemachine.core.payload import Payload
from statemachine.reads import history
from statemachine.reads.history import history_page
from statemachine.store.memory import MemoryStore
from statemachine.testing import START

TOTAL = 200
TEXT = '"' + "x" * INLINE_BYTES_MAX + '"'
"""A payload with a row of its own."""


class History(MemoryStore):
    """TOTAL events, each with a payload of its own. Counts the payloads that are read."""

    def __init__(self) -> None:
        super().__init__()
        self.payloads_read = 0
        arn = "arn:aws:states:us-east-1:000000000000:execution:m:e"
        execution = Execution("m:e", arn, "e", arn, "m/1", "role", "seed", START, Payload(text="{}"), events=TOTAL)
        rows = GroupRows()
        for id in range(1, TOTAL + 1):
            event = HistoryEvent(id, id - 1, id, "PassStateExited", "", {"output": Payload(text=TEXT)})
            rows.put_history(execution, [event])
        rows.put_header(execution, None)
        self.commit(rows.changed, rows.fresh, 0)

    def gather(self, prefixes: Sequence[str]) -> dict[str, bytes]:
        self.payloads_read += sum("/data/" in prefix for prefix in prefixes)
        return super().gather(prefixes)


@pytest.mark.parametrize(
    ("after", "reverse", "ids", "has_more"),
    [
        (None, False, range(1, 11), True),
        (TOTAL - 11, False, range(TOTAL - 10, TOTAL), True),
        (TOTAL - 10, False, range(TOTAL - 9, TOTAL + 1), False),
        (TOTAL, False, range(0), False),
        (None, True, range(TOTAL, TOTAL - 10, -1), True),
        (11, True, range(10, 0, -1), False),
        (1, True, range(0), False),
    ],
)
def test_a_page_follows_the_event_that_it_comes_after(
    after: int | None, reverse: bool, ids: range, has_more: bool
) -> None:
    page = history_page(History(), "m:e", after, 10, reverse=reverse)
    assert ([event.id for event in page.events], page.has_more) == (list(ids), has_more)


@pytest.mark.parametrize("reverse", [False, True])
def test_a_page_of_large_payloads_ends_early_and_reads_few_of_the_others(
    reverse: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PAGE_CHARACTERS_MAX", 3 * len(TEXT))
    store = History()
    page = history_page(store, "m:e", None, TOTAL, reverse=reverse)
    assert (len(page.events), page.has_more) == (3, True)
    assert store.payloads_read <= 50


def test_a_page_has_an_event_even_if_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PAGE_CHARACTERS_MAX", 1)
    assert len(history_page(History(), "m:e", None, TOTAL).events) == 1


def test_without_payloads_none_is_read() -> None:
    store = History()
    assert len(history_page(store, "m:e", None, TOTAL, payloads=False).events) == TOTAL
    assert store.payloads_read == 0
