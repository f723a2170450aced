"""A directory of definitions: files become state machines, changes revisions, and mistakes are told file by file."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from statemachine.arn import Home
from statemachine.background import definitions_folder
from statemachine.background.definitions_folder import DefinitionsFolder, check_folder
from statemachine.config import ConfigError
from statemachine.registry.machines import StateMachine, read_revisions
from statemachine.service.large_definitions import LARGE, WAITING_MAX
from statemachine.service.limits import TEXTS
from statemachine.store.interface import StoreFull
from statemachine.testing import InMemoryServer, in_memory_server
from tests.engine.definitions import FAIL, PASS, machine, wait
from tests.store.unreliable_store import UnreliableStore

CHOICE = {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "Z"}], "Default": "B"}
NOWHERE = machine(A=CHOICE, Z={"Type": "Succeed"})


def write(path: Path, definition: Any) -> None:
    """Let the file have this definition, and a moment of change that no earlier one had."""
    text = definition if isinstance(definition, str) else json.dumps(definition)
    path.write_text(text)
    write.moment += 1_000_000_000  # type: ignore[attr-defined]
    os.utime(path, ns=(write.moment, write.moment))  # type: ignore[attr-defined]


write.moment = 0  # type: ignore[attr-defined]


@asynccontextmanager
async def following(directory: Path, **given: Any) -> AsyncIterator[tuple[InMemoryServer, DefinitionsFolder]]:
    """A server, and the folder that it follows."""
    async with in_memory_server(**given) as server:
        home = Home(server.settings.account, server.settings.region)
        yield server, DefinitionsFolder(directory, server.actions, home)


def registered(server: InMemoryServer) -> dict[str, Any]:
    """The definitions by the names of their state machines."""
    revisions = read_revisions(server.store, [machine.revision for machine in server.parts.machines])
    return {machine.name: json.loads(revisions[machine.revision].definition) for machine in server.parts.machines}


def named(server: InMemoryServer, name: str) -> StateMachine:
    machine = server.parts.machines.get(name)
    assert machine is not None
    return machine


async def test_each_file_is_a_state_machine_of_its_name(tmp_path: Path) -> None:
    write(tmp_path / "a.json", PASS)
    write(tmp_path / "b.asl.json", FAIL)
    write(tmp_path / "notes.txt", "no definition")
    (tmp_path / "inputs.json").mkdir()
    check_folder(tmp_path)
    async with following(tmp_path) as (server, folder):
        await folder.refresh()
        assert registered(server) == {"a": PASS, "b": FAIL}
        arn = named(server, "a").arn
        assert (await server.ended(await server.start(arn)))["status"] == "SUCCEEDED"


async def test_a_changed_file_is_a_new_revision_and_the_same_value_is_none(tmp_path: Path) -> None:
    write(tmp_path / "a.json", PASS)
    async with following(tmp_path) as (server, folder):
        await folder.refresh()
        first = named(server, "a").revision
        write(tmp_path / "a.json", PASS)
        await folder.refresh()
        assert named(server, "a").revision == first
        write(tmp_path / "a.json", json.dumps(PASS, indent=7, sort_keys=True))
        with capture_logs() as lines:
            await folder.refresh()
        assert (named(server, "a").revision, lines) == (first, [])
        write(tmp_path / "a.json", wait(3))
        await folder.refresh()
        assert registered(server) == {"a": wait(3)}
        assert named(server, "a").revision != first


async def test_what_is_registered_already_is_brought_up_to_date(tmp_path: Path) -> None:
    write(tmp_path / "a.json", FAIL)
    async with following(tmp_path) as (server, folder):
        await server.create(PASS, "a")
        await server.create(PASS, "other")
        await folder.refresh()
        assert registered(server) == {"a": FAIL, "other": PASS}


async def test_a_file_that_is_gone_deletes_nothing(tmp_path: Path) -> None:
    write(tmp_path / "a.json", PASS)
    async with following(tmp_path) as (server, folder):
        await folder.refresh()
        (tmp_path / "a.json").unlink()
        await folder.refresh()
        assert registered(server) == {"a": PASS}


async def test_a_file_that_goes_bad_is_told_once_and_the_old_revision_stays(tmp_path: Path) -> None:
    write(tmp_path / "a.json", PASS)
    async with following(tmp_path) as (server, folder):
        await folder.refresh()
        write(tmp_path / "a.json", NOWHERE)
        with capture_logs() as logs:
            await folder.refresh()
            await folder.refresh()
        (entry,) = logs
        assert (entry["log_level"], entry["event"]) == ("error", "definition refused")
        (finding,) = entry["findings"]
        assert finding.startswith(f"{tmp_path}/a.json:1:")
        assert finding.endswith("error MISSING_TRANSITION_TARGET Missing 'Next' target: B (at /States/A/Default)")
        assert registered(server) == {"a": PASS}
        write(tmp_path / "a.json", FAIL)
        await folder.refresh()
        assert registered(server) == {"a": FAIL}


async def test_what_the_service_refuses_is_told_like_a_finding(tmp_path: Path) -> None:
    write(tmp_path / "a.json", PASS)
    write(tmp_path / "b.json", PASS)
    async with following(tmp_path, state_machines_max=1) as (server, folder):
        with capture_logs() as logs:
            await folder.refresh()
        assert [entry["findings"] for entry in logs if entry["log_level"] == "error"] == [
            [f"{tmp_path}/b.json: StateMachineLimitExceeded: {TEXTS['StateMachineLimitExceeded']}"]
        ]
        assert set(registered(server)) == {"a"}


async def test_what_cannot_be_written_now_is_tried_again(tmp_path: Path) -> None:
    write(tmp_path / "a.json", PASS)
    store = UnreliableStore()
    async with following(tmp_path, store=store) as (server, folder):
        store.fail(StoreFull("disk full"))
        with capture_logs() as logs:
            await folder.refresh()
        assert "definition not registered yet" in [entry["event"] for entry in logs]
        assert registered(server) == {}
        store.recover()
        await server.until(lambda: server.engine.ready)
        await folder.refresh()
        assert registered(server) == {"a": PASS}


async def test_a_directory_that_goes_away_is_told_and_may_come_back(tmp_path: Path) -> None:
    directory = tmp_path / "definitions"
    async with following(directory) as (server, folder):
        with capture_logs() as logs:
            await folder.refresh()
        assert [entry["event"] for entry in logs] == ["definitions cannot be read"]
        directory.mkdir()
        write(directory / "a.json", PASS)
        await folder.refresh()
        assert registered(server) == {"a": PASS}


async def test_it_looks_again_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definitions_folder, "POLL_SECONDS", 0.0)
    async with following(tmp_path) as (server, folder):
        watching = asyncio.create_task(folder.watch())
        for definition in (PASS, FAIL, wait(1)):
            write(tmp_path / "a.json", definition)
            await server.until(lambda wanted=definition: registered(server) == {"a": wanted})  # type: ignore[misc]
        watching.cancel()


async def test_a_mistake_of_ours_does_not_end_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definitions_folder, "POLL_SECONDS", 0.0)
    write(tmp_path / "a.json", PASS)
    async with following(tmp_path) as (server, folder):

        async def mistake(*_: object, **__: object) -> None:
            monkeypatch.undo()
            monkeypatch.setattr(definitions_folder, "POLL_SECONDS", 0.0)
            raise ZeroDivisionError

        monkeypatch.setattr(server.actions, "call", mistake)
        with capture_logs() as logs:
            watching = asyncio.create_task(folder.watch())
            await server.until(lambda: registered(server) == {"a": PASS})
            watching.cancel()
        assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["defect"]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"a.json": NOWHERE, "b.json": PASS, "c.json": "{"},
            [
                "a.json:1:119: error MISSING_TRANSITION_TARGET Missing 'Next' target: B (at /States/A/Default)",
                "c.json:1:2: error INVALID_JSON_DESCRIPTION ",
                "  {",
                "   ^",
            ],
        ),
        ({"a b.json": PASS}, ["a b.json: Invalid Name: 'a b'"]),
        (
            {"a.asl.json": PASS, "a.json": PASS},
            ["a.json: the state machine 'a' is that of a.asl.json already"],
        ),
        ({"a.json": b'{"\xff"}'}, ["a.json: is not UTF-8 text (byte 2)"]),
    ],
)
def test_all_that_is_wrong_is_told_before_a_server_starts(
    tmp_path: Path, files: dict[str, Any], told: list[str]
) -> None:
    for name, content in files.items():
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as refused:
        check_folder(tmp_path)
    lines = str(refused.value).splitlines()
    assert len(lines) == len(told)
    for line, expected in zip(lines, told, strict=True):
        assert line.startswith(expected if expected.startswith(" ") else f"{tmp_path}/{expected}")


def test_a_directory_that_is_none_is_told_by_its_option(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=rf"^--definitions {tmp_path}/no: No such file or directory$"):
        check_folder(tmp_path / "no")


async def test_a_large_file_that_is_throttled_is_registered_later(tmp_path: Path) -> None:
    write(tmp_path / "large.json", {**PASS, "Comment": "x" * LARGE})
    async with following(tmp_path) as (server, folder):
        release = threading.Event()
        checks = server.parts.service.state_machines.checks
        text = "x" * LARGE
        held = [asyncio.ensure_future(checks.run(release.wait, text, 30)) for _ in range(WAITING_MAX)]
        await asyncio.sleep(0)
        with capture_logs() as logs:
            await folder.refresh()
        assert [entry["event"] for entry in logs] == ["definition not registered yet"]
        assert registered(server) == {}
        release.set()
        await asyncio.gather(*held)
        await folder.refresh()
        assert list(registered(server)) == ["large"]
