"""A snapshot shows the rows of one moment, holds up no commit, and leaves no file that grows without end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest

from statemachine.store import write_connection
from statemachine.store.interface import Readable, Store, StoreError
from statemachine.store.memory import MemoryStore
from statemachine.store.sqlite import SqliteStore
from tests.store.fast_directory import fast_directory

LOG_BYTES_MAX = 200_000
GROUP_BYTES = 20_000


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    with fast_directory() as directory:
        made: Store = MemoryStore() if request.param == "memory" else SqliteStore(Path(directory) / "store.db")
        yield made
        made.close()


def everything(rows: Readable) -> dict[str, bytes]:
    """All rows, read in each of the three ways, which must agree."""
    scanned = dict(rows.scan(""))
    assert rows.gather(["a", "b"]) == scanned
    assert {key: value for key in "ab" if (value := rows.get(key)) is not None} == scanned
    return scanned


def test_a_snapshot_sees_no_later_group(store: Store) -> None:
    store.commit({"a": b"1"}, {}, 0)
    with store.snapshot() as rows:
        assert everything(rows) == {"a": b"1"}
        store.commit({"a": None}, {"b": b"2"}, 0)
        assert everything(rows) == {"a": b"1"}
        assert everything(store) == {"b": b"2"}
        store.commit({"a": b"3"}, {}, 0)
        assert everything(rows) == {"a": b"1"}


def test_a_snapshot_sees_all_earlier_groups(store: Store) -> None:
    for number in range(3):
        store.commit({"a": b"%d" % number}, {}, 0)
        with store.snapshot() as rows:
            assert everything(rows) == {"a": b"%d" % number}


def test_snapshots_that_are_open_at_once_are_of_their_own_moments(store: Store) -> None:
    with ExitStack() as opened:
        snapshots = []
        for number in range(5):
            store.commit({"a": b"%d" % number}, {}, 0)
            snapshots.append(opened.enter_context(store.snapshot()))
            snapshots[-1].get("a")
        assert [rows.get("a") for rows in snapshots] == [b"0", b"1", b"2", b"3", b"4"]


def test_an_error_in_a_snapshot_is_raised_and_ends_it(store: Store) -> None:
    store.commit({"a": b"1"}, {}, 0)

    def decode_nonsense() -> None:
        with store.snapshot() as rows:
            rows.get("a")
            b"\xff".decode()

    with pytest.raises(UnicodeDecodeError):  # it is the reader's error, and no damage of the store
        decode_nonsense()
    store.commit({"a": b"2"}, {}, 0)
    with store.snapshot() as rows:
        assert rows.get("a") == b"2"


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


def test_the_log_stays_short_although_some_snapshot_is_open_at_any_time(tmp_path: Path, log: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
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
    sizes = []
    for number in range(100):
        commit_large(store, number)
        sizes.append(log.stat().st_size)
    is_over.set()
    reader.join()
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
