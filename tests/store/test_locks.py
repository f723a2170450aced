"""A data directory has one owner. The tests run real processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from statemachine.store import locks
from statemachine.store.interface import StoreMoved
from statemachine.store.locks import INTERPRETER, SERVER, DirectoryInUse, DirectoryLock

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys
from statemachine.store.locks import DirectoryLock
lock = DirectoryLock(sys.argv[1], "server.lock")
lock.acquire(0)
print("held", flush=True)
sys.stdin.read()
"""
FORKING_HOLDER = """
import os, sys, time
from statemachine.store.locks import DirectoryLock
lock = DirectoryLock(sys.argv[1], "server.lock")
lock.acquire(0)
print("held", flush=True)
child = os.fork()
if child == 0:
    time.sleep(600)
print(child, flush=True)
sys.stdin.read()
"""
BYSTANDER = "import sys; print('started', flush=True); sys.stdin.read()"
ENOUGH = 20.0


@contextmanager
def running(program: str, *arguments: str, pass_fds: tuple[int, ...] = ()) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process that has printed its first line. It ends when its input is closed."""
    command = [sys.executable, "-c", program, *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=pass_fds
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def refused(directory: Path, name: str = SERVER, wait: float = 0.0) -> DirectoryInUse:
    with pytest.raises(DirectoryInUse) as caught:
        DirectoryLock(directory, name).acquire(wait)
    return caught.value


def take_and_release(directory: Path) -> None:
    lock = DirectoryLock(directory, SERVER)
    lock.acquire(ENOUGH)
    lock.release()


def test_a_lock_is_taken_and_released(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path, SERVER)
    assert not lock.held
    lock.acquire(0)
    assert lock.held
    assert lock.path == tmp_path / "server.lock"
    assert lock.path.read_text() == f"{os.getpid()}\n"
    assert lock.path.stat().st_mode & 0o777 == 0o600
    lock.release()
    lock.release()
    assert not lock.held
    assert lock.path.exists()
    take_and_release(tmp_path)


def test_the_two_locks_are_independent(tmp_path: Path) -> None:
    server, interpreter = DirectoryLock(tmp_path, SERVER), DirectoryLock(tmp_path, INTERPRETER)
    server.acquire(0)
    interpreter.acquire(0)
    server.release()
    interpreter.release()


def test_a_second_owner_is_told_path_and_pid(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "alias").symlink_to("real")
    with running(HOLDER, str(tmp_path / "real")) as holder:
        for directory in (tmp_path / "real", tmp_path / "alias", tmp_path / "alias" / ".." / "real"):
            error = refused(directory, wait=0.06)
            assert error.path == tmp_path / "real" / "server.lock"
            assert error.holder.startswith(f"process {holder.pid}")
            assert re.search(r", since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$", error.holder)
            assert str(error) == f"{tmp_path / 'real'} is in use by {error.holder}, which holds server.lock"
        holder.send_signal(signal.SIGSTOP)
        assert refused(tmp_path / "real").holder.startswith(f"process {holder.pid}")
        holder.kill()
        take_and_release(tmp_path / "real")


def test_a_lock_file_without_a_pid_is_held_all_the_same(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path, SERVER)
    lock.acquire(0)
    lock.path.write_text("")
    assert "in use by another process" in str(refused(tmp_path))
    lock.release()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells who holds a lock")
def test_the_process_that_really_holds_the_lock_is_named(tmp_path: Path) -> None:
    """The process that took the lock is dead; a child that it forked holds it."""
    with running(FORKING_HOLDER, str(tmp_path)) as dead:
        assert dead.stdout is not None
        child = int(dead.stdout.readline())
        dead.kill()
        dead.wait()
        try:
            assert (tmp_path / "server.lock").read_text() == f"{dead.pid}\n"
            assert refused(tmp_path).holder.startswith(f"process {child} ")
        finally:
            os.kill(child, signal.SIGKILL)
    take_and_release(tmp_path)


def test_who_waits_is_told_once_who_holds_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "NOTICE_SECONDS", 0.0)
    lock = DirectoryLock(tmp_path, SERVER)
    told: list[DirectoryInUse] = []
    with running(HOLDER, str(tmp_path)) as holder, pytest.raises(DirectoryInUse):
        lock.acquire(0.2, told.append)
    assert [notice.holder.startswith(f"process {holder.pid}") for notice in told] == [True]


def test_a_lock_that_is_free_tells_nothing(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path, SERVER)
    told: list[DirectoryInUse] = []
    lock.acquire(1, told.append)
    lock.release()
    assert told == []


def test_a_lock_file_that_is_a_link_is_refused_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("content")
    (tmp_path / "server.lock").symlink_to("precious")
    with pytest.raises(OSError, match=r"symbolic link.*server\.lock"):
        DirectoryLock(tmp_path, SERVER).acquire(0)
    assert (tmp_path / "precious").read_text() == "content"


@pytest.mark.parametrize("replaced", [False, True])
def test_a_lock_file_that_has_gone_is_noticed(tmp_path: Path, replaced: bool) -> None:
    lock = DirectoryLock(tmp_path, SERVER)
    lock.check()
    lock.acquire(0)
    lock.check()
    lock.path.rename(tmp_path / "elsewhere")
    if replaced:
        lock.path.write_text("")
    with pytest.raises(StoreMoved, match=r"server\.lock is no longer the file"):
        lock.check()
    lock.release()
    lock.check()


def test_waiting_without_end_ends_when_the_holder_dies(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path, SERVER)
    with running(HOLDER, str(tmp_path)) as holder:
        waiting = Thread(target=lock.acquire, daemon=True)
        waiting.start()
        assert not lock.held
        holder.kill()
        waiting.join(ENOUGH)
    assert lock.held
    assert lock.holder().startswith(f"process {os.getpid()} ")
    lock.release()


def test_waiting_without_end_can_be_given_up(tmp_path: Path) -> None:
    owner, lock = DirectoryLock(tmp_path, SERVER), DirectoryLock(tmp_path, SERVER)
    owner.acquire(0)
    ends: list[BaseException] = []

    def wait() -> None:
        try:
            lock.acquire()
        except DirectoryInUse as error:
            ends.append(error)

    waiting = Thread(target=wait, daemon=True)
    waiting.start()
    lock.release()
    waiting.join(ENOUGH)
    assert len(ends) == 1
    owner.release()
    with pytest.raises(DirectoryInUse):  # a lock that was released is never acquired again, even if it is free
        lock.acquire(0)
    take_and_release(tmp_path)


def test_a_program_that_is_started_does_not_inherit_the_lock(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path, SERVER)
    lock.acquire(0)
    with running(BYSTANDER):
        lock.release()
        take_and_release(tmp_path)


def test_a_program_that_is_given_the_lock_holds_it_too(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path, SERVER)
    lock.acquire(0)
    with running(BYSTANDER, pass_fds=(lock.fileno(),)):
        lock.release()
        refused(tmp_path)
    take_and_release(tmp_path)


def test_a_forked_child_keeps_the_lock(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path, SERVER)
    lock.acquire(0)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writing)
        os.read(reading, 1)
        os._exit(0)
    os.close(reading)
    lock.release()
    refused(tmp_path)
    os.close(writing)
    os.waitpid(child, 0)
    take_and_release(tmp_path)


def test_a_missing_directory_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="missing"):
        DirectoryLock(tmp_path / "missing", SERVER).acquire(0)
