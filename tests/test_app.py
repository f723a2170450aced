"""The parts joined: an application that answers from its first moment to its last, and ends where it cannot own."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from statemachine import app as module
from statemachine.app import App
from statemachine.background import definitions_folder
from statemachine.background.definitions_folder import DefinitionsFolder
from statemachine.config import Settings
from statemachine.engine import commits
from statemachine.store.interface import StoreFull
from statemachine.store.locks import INTERPRETER, DirectoryLock
from statemachine.tasks.kind import TaskKind
from statemachine.testing import ScriptedTasks
from tests.api.client import Client
from tests.engine.definitions import FAIL, PASS
from tests.store.fast_directory import fast_directory

LIST = {"X-Amz-Target": "AWSStepFunctions.ListActivities"}


@pytest.fixture
def data() -> Iterator[Path]:
    """A data directory."""
    with fast_directory() as directory:
        yield Path(directory)


async def until_ready(client: Client) -> None:
    async with asyncio.timeout(20):
        while (await client.request("GET", "/health/ready")).status != 200:
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(data: Path, **settings: Any) -> AsyncIterator[tuple[App, Client]]:
    """An application that has started; whether it is ready yet is another matter."""
    app = App(Settings(data=str(data), **settings))
    app.start()
    try:
        yield app, Client(app)
    finally:
        await app.drain()
        await app.close()


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """Why the process would have ended."""
    reasons: list[Exception] = []
    monkeypatch.setattr(module, "_end_process", reasons.append)
    return reasons


class ClosedKind(ScriptedTasks):
    """Notes that it is closed."""

    closed = False

    async def close(self) -> None:
        self.closed = True


async def test_an_end_during_the_start_closes_the_kinds_of_task(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = ClosedKind()
    recovered = asyncio.Event()

    async def installed(_: Settings) -> list[TaskKind]:
        return [kind]

    async def never_ends(*_: Any) -> None:
        recovered.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(module, "installed_kinds", installed)
    monkeypatch.setattr(DefinitionsFolder, "refresh", never_ends)
    async with running(data, definitions=str(data)):
        await recovered.wait()
    assert kind.closed


async def test_it_becomes_ready_and_serves_both_apis(data: Path) -> None:
    async with running(data) as (_, client):
        await until_ready(client)
        made = await client.request("POST", "/api/v1/state-machines", {"name": "m", "definition": PASS})
        assert made.status == 201
        listed = await client.aws("ListStateMachines")
        assert [machine["name"] for machine in listed.json["stateMachines"]] == ["m"]
        assert (await client.request("GET", "/health/live")).json == {"status": "live"}
        assert (await client.request("GET", "/health/ready")).json == {"status": "ready"}
        for method, path, status in (("GET", "/health/x", 404), ("POST", "/health", 405)):
            refused = await client.request(method, path)
            assert (refused.headers["content-type"], refused.json["status"]) == ("application/problem+json", status)


async def test_what_was_registered_is_there_after_a_restart(data: Path) -> None:
    async with running(data) as (_, client):
        await until_ready(client)
        await client.request("POST", "/api/v1/state-machines", {"name": "m", "definition": PASS})
        await client.request("POST", "/api/v1/state-machines/m/executions", {"name": "e"})
    async with running(data) as (_, client):
        await until_ready(client)
        assert (await client.request("GET", "/api/v1/executions/m/e")).json["status"] == "SUCCEEDED"


async def test_a_folder_of_definitions_is_registered_before_it_is_ready_and_followed(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(definitions_folder, "POLL_SECONDS", 0.01)
    (tmp_path / "m.json").write_text(json.dumps(PASS))
    (tmp_path / "bad.json").write_text("{")
    async with running(data, definitions=str(tmp_path)) as (_, client):
        await until_ready(client)
        listed = (await client.request("GET", "/api/v1/state-machines")).json["stateMachines"]
        assert [machine["name"] for machine in listed] == ["m"]
        (tmp_path / "m.json").write_text(json.dumps(FAIL))
        async with asyncio.timeout(20):
            while (await client.request("GET", "/api/v1/state-machines/m")).json["definition"] != FAIL:
                await asyncio.sleep(0.01)


async def test_before_it_owns_the_directory_it_is_alive_and_not_ready(data: Path) -> None:
    held = DirectoryLock(data, INTERPRETER)
    held.acquire(0)
    async with running(data) as (_, client):
        await asyncio.sleep(0)
        assert (await client.request("GET", "/health/live")).status == 200
        ready = await client.request("GET", "/health/ready")
        assert ready.status == 503
        assert ready.json == {"status": "not ready", "reasons": ["the store is not open yet"]}
        for answer in (await client.aws("ListActivities"), await client.request("GET", "/api/v1/state-machines")):
            assert answer.status == 503
            assert answer.headers["retry-after"] == "1"
            told = answer.json
            assert told.get("__type", told.get("title")) == "ServiceUnavailable"
            assert told.get("message", told.get("detail")) == "The server is starting; try again."
        held.release()
        await until_ready(client)


async def test_it_may_end_before_it_has_begun(data: Path, ended: list[Exception]) -> None:
    held = DirectoryLock(data, INTERPRETER)
    held.acquire(0)
    async with running(data) as (_, client):
        await asyncio.sleep(0)
        assert (await client.request("GET", "/health/live")).status == 200
    held.release()


async def test_a_draining_server_says_so(data: Path) -> None:
    async with running(data) as (app, client):
        await until_ready(client)
        await app.drain()
        ready = await client.request("GET", "/health/ready")
        assert (ready.status, ready.json["reasons"]) == (503, ["the server is shutting down"])


async def test_little_disk_is_a_reason_not_to_be_ready(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(data, disk_bytes_min=10) as (app, client):
        await until_ready(client)
        usage = shutil.disk_usage(data)._replace(free=9)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
        ready = await client.request("GET", "/health/ready")
        assert ready.json["reasons"] == [
            "less than 10 bytes are free on the disk (disk_bytes_min); work is still taken"
        ]
        monkeypatch.undo()
        assert app.reasons() == []


async def test_it_warns_once_when_it_becomes_not_ready(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(data, disk_bytes_min=10) as (_, client):
        await until_ready(client)
        full = shutil.disk_usage(data)._replace(free=9)
        with capture_logs() as logs:
            for _ in range(2):
                with monkeypatch.context() as filled:
                    filled.setattr(shutil, "disk_usage", lambda _: full)
                    for path in ("/health", "/health/ready", "/health/ready"):
                        assert (await client.request("GET", path)).status == 503
                assert (await client.request("GET", "/health/ready")).status == 200
        warned = [entry["reasons"] for entry in logs if entry["event"] == "not ready"]
        assert len(warned) == 2
        assert "disk_bytes_min" in warned[0][0]


async def test_with_little_disk_work_is_still_taken(data: Path) -> None:
    async with running(data, disk_bytes_min=2**62) as (app, client):
        while (await client.request("GET", "/health")).json.get("reasons", [""])[0].startswith("the store"):
            await asyncio.sleep(0.01)
        assert app.reasons()
        assert (await client.aws("CreateActivity", {"name": "a"})).status == 200


async def test_a_directory_that_cannot_be_read_is_a_reason_not_to_be_ready(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(data) as (_, client):
        await until_ready(client)

        def gone(path: str) -> None:
            raise FileNotFoundError(2, os.strerror(2), path)

        monkeypatch.setattr(shutil, "disk_usage", gone)
        ready = await client.request("GET", "/health/ready")
        assert ready.status == 503
        assert str(data) in ready.json["reasons"][0]


async def test_failing_commits_are_a_reason_not_to_be_ready(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commits, "RETRY_SECONDS", 0.01)
    async with running(data) as (app, client):
        await until_ready(client)
        assert app._parts is not None

        def full(*_: Any) -> None:
            raise StoreFull("disk full")

        with monkeypatch.context() as broken:
            broken.setattr(app._parts.store, "commit", full)
            refused = await client.aws("CreateActivity", {"name": "a"})
            assert refused.status == 503
            assert (await client.request("GET", "/health/ready")).json["reasons"] == [
                "the last commit failed, or recovery is not done"
            ]
            assert (await client.aws("ListActivities")).json == {"activities": []}
        await until_ready(client)
        assert (await client.aws("CreateActivity", {"name": "a"})).status == 200


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"SQLite format 3\0" + b"x" * 2000])
async def test_a_file_that_is_not_a_store_ends_the_process_and_is_left_alone(
    content: bytes, data: Path, ended: list[Exception]
) -> None:
    (data / "statemachine.db").write_bytes(content)
    async with running(data), asyncio.timeout(20):
        while not ended:
            await asyncio.sleep(0.01)
    assert "statemachine.db" in str(ended[0])
    assert (data / "statemachine.db").read_bytes() == content


@pytest.mark.parametrize("functions", ["missing.py", "no.such.module"])
async def test_functions_that_cannot_be_loaded_end_the_process(
    functions: str, data: Path, ended: list[Exception]
) -> None:
    async with running(data, functions=(functions,)), asyncio.timeout(20):
        while not ended:
            await asyncio.sleep(0.01)
    assert functions in str(ended[0])


async def test_a_defect_at_the_start_ends_the_process(
    data: Path, ended: list[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistake(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "compose", mistake)
    async with running(data), asyncio.timeout(20):
        while not ended:
            await asyncio.sleep(0.01)
    assert isinstance(ended[0], ZeroDivisionError)


async def test_only_http_is_served(data: Path) -> None:
    async def never(*_: Any) -> Any:
        raise AssertionError("nothing is received and nothing is sent")

    await App(Settings(data=str(data)))({"type": "websocket", "path": "/"}, never, never)


def test_without_room_for_the_mark_the_server_works_without_it(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    data.mkdir(exist_ok=True)
    monkeypatch.setattr(os, "posix_fallocate", full)
    with capture_logs() as logs:
        mark = module._step_mark(data / "step.mark")
    assert mark.left is None
    assert [(entry["event"], entry["error"]) for entry in logs] == [("steps are not marked", "No space left on device")]
