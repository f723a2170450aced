"""Files that are taken away from an open store: no commit is acknowledged that the next start would not find."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from statemachine.store.interface import StoreMoved
from statemachine.store.sqlite import SqliteStore


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The directory of the store."""
    return tmp_path / "data"


@pytest.fixture
def store(data: Path) -> Iterator[SqliteStore]:
    """A store with one row."""
    store = SqliteStore(data / "store.db")
    store.commit({"a": b"1"}, {}, 0)
    yield store
    store.close()


def moved(data: Path) -> None:
    data.rename(data.parent / "elsewhere")


def replaced(data: Path) -> None:
    moved(data)
    data.mkdir(mode=0o700)


def log_deleted(data: Path) -> None:
    (data / "store.db-wal").unlink()


def log_replaced(data: Path) -> None:
    log_deleted(data)
    (data / "store.db-wal").write_bytes(b"")


def file_moved(data: Path) -> None:
    (data / "store.db").rename(data / "old.db")


def file_copied(data: Path) -> None:
    shutil.copy(data / "store.db", data / "copy.db")
    os.replace(data / "copy.db", data / "store.db")


DEEDS = [shutil.rmtree, moved, replaced, log_deleted, log_replaced, file_moved, file_copied]


@pytest.mark.parametrize("deed", DEEDS)
def test_no_commit_is_acknowledged_when_its_file_has_gone(
    store: SqliteStore, data: Path, deed: Callable[[Path], None]
) -> None:
    store.check_files()
    deed(data)
    with pytest.raises(StoreMoved, match="is no longer the file that this process has opened"):
        store.commit({"b": b"2"}, {}, 0)
    with pytest.raises(StoreMoved):
        store.check_files()


def test_files_beside_the_store_may_come_and_go(store: SqliteStore, data: Path) -> None:
    (data / "other").write_text("")
    store.commit({"b": b"2"}, {}, 0)
    (data / "other").unlink()
    store.commit({"b": b"3"}, {}, 0)
    store.check_files()
    assert store.get("b") == b"3"


def test_a_log_that_is_begun_anew_is_the_same_file(store: SqliteStore) -> None:
    store._writer.select("PRAGMA wal_checkpoint(TRUNCATE)")
    store.commit({"b": b"2"}, {}, 0)
    assert store.get("b") == b"2"
