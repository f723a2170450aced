"""Commits that the disk or another program makes fail.

A group is kept whole or not at all. The error says what to do. The store works again when the cause is gone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest

from statemachine.store import connection
from statemachine.store.interface import StoreDamaged, StoreError, StoreFull
from statemachine.store.sqlite import DurableDict, SqliteStore
from statemachine.store.sqlite_errors import store_error

BEFORE = {"changed": b"1", "deleted": b"1"}
GROUP: dict[str, bytes | None] = {"changed": b"2", "deleted": None}
FRESH = {"fresh": b"2"}
AFTER = {"changed": b"2", "fresh": b"2"}
STATEMENTS_OF_A_COMMIT = ["BEGIN", "SELECT", "INSERT", "DELETE", "INSERT", "COMMIT"]


def sqlite_error(name: str) -> sqlite3.Error:
    error = sqlite3.OperationalError("injected")
    error.sqlite_errorcode = getattr(sqlite3, name)
    error.sqlite_errorname = name
    return error


class FailingConnection(sqlite3.Connection):
    """Runs `left` statements, then raises `error` instead of running the next. `asked` holds the first words of all."""

    error: BaseException | None = None
    left = 0
    asked: ClassVar[list[str]] = []

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        cls = FailingConnection
        cls.asked.append(statement.partition(" ")[0])
        if cls.error is not None:
            if cls.left == 0:
                error, cls.error = cls.error, None
                raise error
            cls.left -= 1
        return super().execute(statement, *values)


@pytest.fixture
def failing_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteStore]:
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=FailingConnection))
    store = SqliteStore(tmp_path / "store.db")
    store.commit(BEFORE, {}, 0)
    FailingConnection.asked.clear()
    yield store
    store.close()


def test_a_commit_is_six_statements(failing_store: SqliteStore) -> None:
    failing_store.commit(GROUP, FRESH, 0)
    assert FailingConnection.asked == STATEMENTS_OF_A_COMMIT


@pytest.mark.parametrize("position", range(len(STATEMENTS_OF_A_COMMIT)), ids=STATEMENTS_OF_A_COMMIT)
@pytest.mark.parametrize(
    ("cause", "raised"),
    [
        (sqlite_error("SQLITE_FULL"), StoreFull),
        (sqlite_error("SQLITE_IOERR_FSYNC"), StoreDamaged),
        (MemoryError(), MemoryError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
    ids=["full", "sync failed", "no memory", "interrupted"],
)
def test_a_failure_at_any_statement_leaves_nothing_behind(
    failing_store: SqliteStore, position: int, cause: BaseException, raised: type[BaseException]
) -> None:
    FailingConnection.error, FailingConnection.left = cause, position
    with pytest.raises(raised):
        failing_store.commit(GROUP, FRESH, 0)
    assert dict(failing_store.scan("")) == BEFORE
    failing_store.commit(GROUP, FRESH, 0)
    assert dict(failing_store.scan("")) == AFTER


@pytest.mark.parametrize(
    ("name", "error_type"),
    [
        ("SQLITE_FULL", StoreFull),
        ("SQLITE_BUSY", StoreFull),
        ("SQLITE_BUSY_SNAPSHOT", StoreFull),
        ("SQLITE_IOERR_WRITE", StoreFull),
        ("SQLITE_IOERR_SHMSIZE", StoreFull),
        ("SQLITE_CANTOPEN", StoreFull),
        ("SQLITE_CORRUPT", StoreDamaged),
        ("SQLITE_CORRUPT_INDEX", StoreDamaged),
        ("SQLITE_NOTADB", StoreDamaged),
        ("SQLITE_READONLY_DBMOVED", StoreDamaged),
        ("SQLITE_IOERR_FSYNC", StoreDamaged),
        ("SQLITE_IOERR_DIR_FSYNC", StoreDamaged),
        ("SQLITE_IOERR_READ", StoreDamaged),
        ("SQLITE_ERROR", StoreDamaged),
        ("SQLITE_TOOBIG", StoreError),
        ("SQLITE_CONSTRAINT_TRIGGER", StoreError),
    ],
)
def test_what_each_error_of_sqlite_means(name: str, error_type: type[StoreError]) -> None:
    error = store_error(sqlite_error(name), "/data/store.db")
    assert type(error) is error_type
    assert str(error) == f"/data/store.db: injected ({name})"


def test_a_full_disk_refuses_groups_until_there_is_room(tmp_path: Path) -> None:
    def commit_group(number: int) -> None:
        store.commit({"last": b"%d" % number}, {f"{number}/{part}": b"x" * 5000 for part in "abc"}, 0)

    store = SqliteStore(tmp_path / "store.db")
    with DurableDict(tmp_path / "store.db") as same_file:
        same_file.conn.select_one("PRAGMA max_page_count = 40")
        number = 0
        with suppress(StoreFull):
            for number in range(100):
                commit_group(number)
        assert 2 < number < 99
        with pytest.raises(StoreFull, match=r"store\.db.*SQLITE_FULL"):
            commit_group(number)
        assert store.get("last") == b"%d" % (number - 1)
        assert len(store.scan("")) == 1 + 3 * number
        store.commit({"last": b"0"}, {}, 0)  # this needs no space
        same_file.conn.select_one("PRAGMA max_page_count = 4000")
        commit_group(number)
    assert len(store.scan("")) == 1 + 3 * (number + 1)
    store.verify()
    store.close()


def test_a_foreign_reader_holds_nothing_up(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    store.commit({"a": b"1"}, {}, 0)
    reader = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    reader.execute("BEGIN")
    count = "SELECT count(*) FROM rows"
    assert reader.execute(count).fetchone() == (1,)
    for number in range(20):
        store.commit({"a": b"%d" % number}, {f"b{number}": b"1"}, 0)
    assert store.get("a") == b"19"
    assert reader.execute(count).fetchone() == (1,)
    reader.execute("COMMIT")
    assert reader.execute(count).fetchone() == (21,)
    reader.close()
    store.close()


def test_a_foreign_lock_refuses_groups_until_it_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    store = SqliteStore(tmp_path / "store.db")
    store.commit({"a": b"1"}, {}, 0)
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreFull, match="locked"):
        store.commit({"a": b"2"}, {}, 0)
    with pytest.raises(StoreFull, match="locked"):
        store.raise_epoch()
    assert store.get("a") == b"1"
    other.execute("ROLLBACK")
    other.close()
    store.commit({"a": b"3"}, {}, 0)
    assert store.get("a") == b"3"
    store.close()


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    store.close()
    store.close()
    for call in (lambda: store.get("a"), lambda: store.scan(""), lambda: store.commit({"a": b"1"}, {}, 0)):
        with pytest.raises(StoreError, match="closed"):
            call()


def test_a_refusal_that_is_no_conflict_of_keys_is_named_as_it_is(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    other = sqlite3.connect(tmp_path / "store.db")
    other.execute("CREATE TRIGGER theirs BEFORE INSERT ON rows BEGIN SELECT raise(ABORT, 'not today'); END")
    other.close()
    with pytest.raises(StoreError, match=r"not today \(SQLITE_CONSTRAINT_TRIGGER\)"):
        store.commit({}, {"a": b"1"}, 0)
    store.close()


def test_a_store_without_an_epoch_is_damaged(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    with DurableDict(tmp_path / "store.db", "about") as about:
        del about["epoch"]
    with pytest.raises(StoreDamaged, match="the epoch is missing"):
        store.raise_epoch()
    store.close()
