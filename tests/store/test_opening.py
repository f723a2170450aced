"""The files and directories that a store opens, those that it refuses, and their permissions."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from statemachine.store import directory
from statemachine.store.directory import file_system, private_directory
from statemachine.store.interface import StoreDamaged, StoreError, UnknownFormat
from statemachine.store.sqlite import FORMAT, DurableDict, SqliteStore


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_umask() -> object:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
def test_directory_and_files_are_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "data" / "store.db"
    store = SqliteStore(path)
    store.commit({"a": b"1"}, {}, 0)
    assert mode(path.parent) == 0o700
    assert {file.name: oct(mode(file)) for file in path.parent.iterdir()} == {
        "store.db": "0o600",
        "store.db-wal": "0o600",
        "store.db-shm": "0o600",
    }
    store.close()
    path.chmod(0o644)
    SqliteStore(path).close()
    assert mode(path) == 0o600


@pytest.mark.parametrize("permissions", [0o770, 0o702, 0o777, 0o1777])
def test_a_directory_that_others_may_write_into_is_refused(tmp_path: Path, permissions: int) -> None:
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(permissions)
    with pytest.raises(StoreError, match=rf"{data}: other users may write into it \(mode {permissions:04o}\)"):
        SqliteStore(data / "store.db")
    assert list(data.iterdir()) == []


def test_a_directory_that_others_may_read_is_used(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o755)
    SqliteStore(data / "store.db").close()
    assert mode(data / "store.db") == 0o600


def test_a_directory_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 65533)
    with pytest.raises(
        StoreError, match=r"it belongs to .*, and this process runs as uid 65533: both must be one user"
    ):
        SqliteStore(tmp_path / "store.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-journal"])
def test_a_file_that_is_a_link_is_refused_and_not_followed(tmp_path: Path, ending: str) -> None:
    precious = tmp_path / "precious"
    precious.write_text("content")
    precious.chmod(0o644)
    (tmp_path / f"store.db{ending}").symlink_to(precious)
    with pytest.raises(StoreError, match=rf"store\.db{ending}: this is a symbolic link"):
        SqliteStore(tmp_path / "store.db")
    assert (precious.read_text(), mode(precious)) == ("content", 0o644)


def test_a_directory_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store.db-wal").mkdir()
    with pytest.raises(StoreError, match=r"store\.db-wal: this is not a file"):
        SqliteStore(tmp_path / "store.db")


def test_any_path_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path in ("relative.db", "a b/c?mode=ro#d%41.db", "é/😀.db"):
        store = SqliteStore(path)
        store.commit({"a": b"1"}, {}, 0)
        store.close()
        assert Path(path).stat().st_size > 0
        again = SqliteStore(tmp_path / path)
        assert again.get("a") == b"1"
        again.close()


MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 22 0:35 / /home/shared\\040files rw,relatime shared:20 master:1 - nfs4 server:/export rw,vers=4.2
41 22 0:36 / /mnt/remote rw - fuse.sshfs user@host: rw
"""


@pytest.mark.parametrize(
    ("device", "type"), [((254, 0), "ext4"), ((0, 35), "nfs4"), ((0, 36), "fuse.sshfs"), ((0, 99), None)]
)
def test_the_file_system_of_a_device(tmp_path: Path, device: tuple[int, int], type: str | None) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert file_system(os.makedev(*device), mounts) == type
    assert file_system(os.makedev(*device), tmp_path / "missing") is None


def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "file_system", lambda _: "nfs4")
    with pytest.raises(StoreError, match=rf"{tmp_path}: on a network file system \(nfs4\)"):
        private_directory(tmp_path)


def test_the_real_path_is_used(tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(tmp_path / "real")
    assert private_directory(tmp_path / "alias") == tmp_path / "real"


def test_a_store_keeps_its_rows_and_its_epoch(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    store.commit({"a": b"1"}, {}, store.raise_epoch())
    store.close()
    again = SqliteStore(tmp_path / "store.db")
    assert again.get("a") == b"1"
    assert again.raise_epoch() == 2
    again.close()


@pytest.mark.parametrize(
    ("format", "writer"), [(1, "by a development version before 0.1.0"), (FORMAT + 1, "by a newer version")]
)
def test_a_store_of_another_format_is_refused(tmp_path: Path, format: int, writer: str) -> None:
    path = tmp_path / "store.db"
    SqliteStore(path).close()
    with DurableDict(path, "about") as about:
        about["format"] = format
    with pytest.raises(UnknownFormat) as refused:
        SqliteStore(path)
    assert str(refused.value) == (
        f"{path}: a store of format {format}, written {writer}; this version reads format 2 only. "
        "Use another data directory, or the version that wrote this one"
    )


def test_a_database_of_another_program_is_refused_and_keeps_its_tables(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    with other:
        other.execute("CREATE TABLE theirs (a)")
    with pytest.raises(UnknownFormat, match="no store of ours"):
        SqliteStore(path)
    assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    other.close()


def test_a_refused_store_can_be_opened_once_the_cause_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreDamaged, match=rf"{path}.*SQLITE_NOTADB"):
        SqliteStore(path)
    assert path.read_bytes() == b"not a database" * 1000
    path.unlink()
    SqliteStore(path).close()


def test_an_unfinished_creation_is_finished(tmp_path: Path) -> None:
    (tmp_path / "store.db").touch()
    store = SqliteStore(tmp_path / "store.db")
    assert store.raise_epoch() == 1
    store.close()
