"""DurableDict: durable and atomic writes, JSON only, one connection per file. The package uses no other SqliteDict."""

from __future__ import annotations

import ast
import json
import os
import pickle
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import statemachine
from statemachine.store.codec import unseal
from statemachine.store.interface import StoreDamaged, StoreError
from statemachine.store.sqlite import DurableDict, SqliteStore
from statemachine.store.write_connection import has_wal_reset_bug


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dict.db"


def in_file(path: Path, table: str = "unnamed") -> dict[str, Any]:
    """The rows that another program finds in the file."""
    other = sqlite3.connect(path)
    rows = other.execute(f"SELECT key, value FROM {table}").fetchall()
    other.close()
    return {key: json.loads(unseal(value)) for key, value in rows}


def refuse_the_key_bad(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON unnamed WHEN new.key = 'bad' BEGIN SELECT raise(ABORT, 'no'); END"
    )
    other.close()


def test_each_write_is_durable_when_it_returns(path: Path) -> None:
    with DurableDict(path) as durable:
        durable["a"] = {"b": [1, None, "é"]}
        assert in_file(path) == {"a": {"b": [1, None, "é"]}}
        durable.update({"c": 1, "d": 2})
        del durable["a"]
        assert in_file(path) == {"c": 1, "d": 2}
        assert sorted(durable.items()) == [("c", 1), ("d", 2)]


def test_the_settings_that_durability_needs_are_in_force(path: Path) -> None:
    with DurableDict(path, autocommit=False, journal_mode="DELETE") as durable:
        assert durable.conn.select_one("PRAGMA journal_mode") == ("wal",)
        assert durable.conn.select_one("PRAGMA synchronous") == (2,)
        assert durable.conn.select_one("PRAGMA mmap_size")[0] == 0


@pytest.mark.parametrize(
    ("asked", "done"),
    [
        ("PRAGMA journal_mode = WAL", "PRAGMA journal_mode = DELETE"),
        ("PRAGMA synchronous = FULL", "PRAGMA synchronous = OFF"),
    ],
)
def test_a_sqlite_that_does_not_grant_them_is_refused(
    path: Path, asked: str, done: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Disobedient(sqlite3.Connection):
        def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
            return super().execute(done if statement == asked else statement, *values)

    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Disobedient))
    with pytest.raises(StoreError, match="commits would not be durable"):
        DurableDict(path)


def test_an_error_reaches_only_the_caller_that_caused_it(path: Path) -> None:
    with DurableDict(path) as durable:
        refuse_the_key_bad(path)
        with pytest.raises(sqlite3.IntegrityError):
            durable["bad"] = 1
        durable["good"] = 1
        with pytest.raises(sqlite3.IntegrityError):
            durable.update({"x": 1, "bad": 2, "y": 3})
    assert in_file(path) == {"good": 1}


def test_a_transaction_spans_tables_and_is_whole_or_absent(path: Path) -> None:
    with DurableDict(path, "one") as one, DurableDict(path, "two") as two:
        with one.transaction():
            one["a"] = 1
            two["a"] = 1
            assert (in_file(path, "one"), in_file(path, "two")) == ({}, {})
        assert (in_file(path, "one"), in_file(path, "two")) == ({"a": 1}, {"a": 1})
        with suppress(LookupError), two.transaction():
            one["a"] = 2
            two.update(a=2)
            raise LookupError
        assert (in_file(path, "one"), in_file(path, "two")) == ({"a": 1}, {"a": 1})


@pytest.mark.parametrize("order", [("before", "bad"), ("bad", "after")])
def test_a_part_that_failed_dooms_its_transaction_even_if_caught(path: Path, order: tuple[str, str]) -> None:
    def write() -> None:
        with durable.transaction():
            for key in order:
                with suppress(sqlite3.IntegrityError):
                    durable[key] = 1

    with DurableDict(path) as durable:
        refuse_the_key_bad(path)
        with pytest.raises(StoreError, match="a part of this transaction has failed"):
            write()
        durable["good"] = 1
    assert in_file(path) == {"good": 1}


def test_transactions_of_two_threads_do_not_mix(path: Path) -> None:
    with DurableDict(path) as durable:
        writer = Thread(target=lambda: durable.update(theirs=1))
        with suppress(LookupError), durable.transaction():
            durable["ours"] = 1
            writer.start()
            raise LookupError
        writer.join()
    assert in_file(path) == {"theirs": 1}


def test_a_file_has_one_connection_by_whatever_name(path: Path, tmp_path: Path) -> None:
    alias = tmp_path / "alias"
    alias.symlink_to(tmp_path, target_is_directory=True)
    with DurableDict(alias / "dict.db", "two") as second:
        with DurableDict(path, "one") as first:
            connection = first.conn
            assert second.conn is connection
        second["still"] = "open"
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.select("SELECT 1")
    with DurableDict(path, "two") as third:
        assert third["still"] == "open"


def test_reads_of_a_store_do_not_wait_for_a_transaction(path: Path) -> None:
    store = SqliteStore(path)
    store.commit({"a": b"1"}, {}, 0)
    with DurableDict(path, "other") as other, other.transaction():
        other["b"] = 1
        found: list[bytes | None] = []
        reader = Thread(target=lambda: found.append(store.get("a")))
        reader.start()
        reader.join(10)
        assert found == [b"1"]
    store.close()


class Planted:
    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, ("planted",)


@pytest.mark.parametrize(
    "value", [pickle.dumps(Planted()), pickle.dumps("text"), b'{"no":"checksum"}', b"", "text", 7, None]
)
def test_a_value_that_it_did_not_write_is_refused_before_it_is_parsed(
    path: Path, value: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with DurableDict(path) as durable:
        durable["a"] = 1
        other = sqlite3.connect(path)
        with other:
            other.execute("UPDATE unnamed SET value = ?", (value,))
        other.close()
        with pytest.raises(StoreDamaged):
            durable["a"]
    assert not Path("planted").exists()


def in_fork(use: Callable[[], object]) -> str:
    """The message of the StoreError that `use` raises in a forked child."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            use()
            message = "no error"
        except StoreError as error:
            message = str(error)
        except BaseException as error:
            message = repr(error)
        os.write(writing, message.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        message = pipe.read()
    os.waitpid(child, 0)
    return message


def test_a_forked_child_is_refused_and_does_no_harm(path: Path) -> None:
    store = SqliteStore(path)
    store.commit({"a": b"1"}, {}, 0)
    refusal = f"{path}: opened by process {os.getpid()}, used in its fork"
    uses: list[Callable[[], object]] = [
        lambda: store.get("a"),
        lambda: store.commit({"a": b"2"}, {}, 0),
        store.raise_epoch,
        lambda: SqliteStore(path),
        lambda: DurableDict(path),
    ]
    for use in uses:
        assert in_fork(use).startswith(refusal)
    assert in_fork(store.close) == "no error"
    store.commit({"b": b"1"}, {}, 0)
    store.verify()
    assert dict(store.scan("")) == {"a": b"1", "b": b"1"}
    store.close()


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 52, 0), False),
    ],
)
def test_versions_of_sqlite_with_the_wal_reset_bug(version: tuple[int, int, int], affected: bool) -> None:
    assert has_wal_reset_bug(version) is affected


PACKAGE = Path(statemachine.__file__).parent
SEAMS = {"sqlitedict": "store/sqlite.py", "sqlite3.connect": "store/connection.py", "pickle": None, "marshal": None}


def test_nothing_else_opens_a_database_or_unpickles() -> None:
    for file in PACKAGE.rglob("*.py"):
        name = file.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                used = {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                used = {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Attribute):
                used = {ast.unparse(node)}
            else:
                continue
            for seam, home in SEAMS.items():
                assert seam not in used or name == home, f"{name}:{node.lineno} uses {seam}"


def test_the_bare_constructor_appears_nowhere() -> None:
    tree = ast.parse((PACKAGE / "store" / "sqlite.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert not [
        call for call in calls if ast.unparse(call.func) in ("SqliteDict", "sqlitedict.SqliteDict", "sqlitedict.open")
    ]
    subclasses = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and "SqliteDict" in map(ast.unparse, node.bases)
    ]
    assert [node.name for node in subclasses] == ["DurableDict"]
