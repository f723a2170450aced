"""Snapshots of a file hold up no commit, and the WAL file does not grow without end. Their rows are the contract's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

import pytest

from statemachine.store import write_connection
from statemachine.store.interface import Store, StoreError
from statemachine.store.sqlite import SqliteStore

LOG_BYTES_MAX = 200_000
GROUP_BYTES = 20_000


def test_a_closed_store_leaves_no_snapshot_open(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    with store.snapshot() as first:
        first.get("a")
        with store.snapshot() as second:
            second.get("a")
        store.close()
    for rows in (first, second):
        with pytest.raises(StoreError):
            rows.get("a")


def commit_large(store: Store, number: int) -> None:
    """A group that no store can write in fewer than GROUP_BYTES: it differs from the one before, in every byte."""
    store.commit({"a": Random(number).randbytes(GROUP_BYTES)}, {}, 0)


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The WAL file of the store in `tmp_path`. It may be LOG_BYTES_MAX long."""
    monkeypatch.setattr(write_connection, "_LOG_BYTES_MAX", LOG_BYTES_MAX)
    monkeypatch.setitem(write_connection._SETTINGS, "journal_size_limit", LOG_BYTES_MAX)
    return tmp_path / "store.db-wal"


@contextmanager
def reading_without_a_gap(store: Store) -> Iterator[None]:
    """Meanwhile some snapshot is open at any time."""
    is_over, is_reading = threading.Event(), threading.Event()

    def read() -> None:
        """Open each snapshot before the one before it is closed."""
        with ExitStack() as last:
            while not is_over.is_set():
                with ExitStack() as opened:
                    opened.enter_context(store.snapshot()).get("a")
                    is_reading.set()
                    last.close()
                    last.push(opened.pop_all())

    reader = threading.Thread(target=read)
    reader.start()
    assert is_reading.wait(20)
    try:
        yield
    finally:
        is_over.set()
        reader.join()


@pytest.mark.parametrize("held", [0, 50])
def test_the_log_stays_short_although_some_snapshot_is_open_at_any_time(
    held: int, tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also after one snapshot was open for `held` groups, and SQLite itself has made the log short again."""
    monkeypatch.setitem(write_connection._SETTINGS, "wal_autocheckpoint", 10)
    store = SqliteStore(tmp_path / "store.db")
    with monkeypatch.context() as impatient, store.snapshot() as rows:
        impatient.setattr(write_connection, "_RESTART_TRIES", 1)
        rows.get("a")
        for number in range(held):
            commit_large(store, number)
    for number in range(3):
        commit_large(store, number)
    sizes = []
    with reading_without_a_gap(store):
        for number in range(100):
            commit_large(store, number)
            sizes.append(log.stat().st_size)
    store.close()
    assert max(sizes) < LOG_BYTES_MAX + 5 * GROUP_BYTES


def test_a_snapshot_that_stays_open_holds_up_no_commit(
    tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log grows meanwhile, and is short again afterwards."""
    monkeypatch.setattr(write_connection, "_RESTART_TRIES", 1)
    store = SqliteStore(tmp_path / "store.db")
    with store.snapshot() as rows:
        assert rows.get("a") is None
        for number in range(50):
            commit_large(store, number)
        assert rows.get("a") is None
        assert log.stat().st_size > 2 * LOG_BYTES_MAX
    for number in range(50):
        commit_large(store, number)
    assert log.stat().st_size < LOG_BYTES_MAX + 5 * GROUP_BYTES
    store.close()
