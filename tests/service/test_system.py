"""The server's numbers: the counts are those of the rows on disk, also after a lost commit and a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from statemachine.checkpoint import keys
from statemachine.core.model import ENDED, UNENDED
from statemachine.host import NotDurable
from statemachine.store.interface import StoreFull
from statemachine.store.memory import MemoryStore
from statemachine.tasks.kind import Succeeded
from statemachine.testing import START, InMemoryServer, in_memory_server
from tests.engine.definitions import ACTIVITY, CALLBACK, FAIL, PASS, task, wait
from tests.store.unreliable_store import UnreliableStore


def on_disk(server: InMemoryServer) -> dict[str, int]:
    return {status: len(server.store.scan(keys.by_status_prefix(status))) for status in (*UNENDED, *ENDED)}


async def fill(server: InMemoryServer, round: str) -> None:
    """Executions that succeed, fail, run, are stopped and time out."""
    definitions = {"p": PASS, "f": FAIL, "w": wait(1_000), "s": wait(1_000), "t": wait(1_000) | {"TimeoutSeconds": 5}}
    for name, definition in definitions.items():
        arn = await server.create(definition, name)
        for number in range(3):
            execution = await server.start(arn, name=f"{round}-{number}")
            if name == "s":
                await server.ask("StopExecution", execution_arn=execution)
    await server.advance(10)


async def counted(server: InMemoryServer) -> dict[str, int]:
    executions = (await server.ask("DescribeServer"))["executions"]
    return {"PENDING": executions["pending"], "RUNNING": executions["running"], **executions["ended"]}


async def test_counts_are_those_of_the_disk() -> None:
    store = MemoryStore()
    for round in range(3):
        async with in_memory_server(store) as server:
            for part in ("a", "b"):
                await fill(server, f"{round}{part}")
                assert await counted(server) == on_disk(server)
    assert on_disk(server) == {
        "PENDING": 0, "RUNNING": 18, "SUCCEEDED": 18, "FAILED": 18, "TIMED_OUT": 18, "ABORTED": 18,
    }  # fmt: skip


async def test_a_queued_execution_is_pending() -> None:
    async with in_memory_server(running_max=1) as server:
        arn = await server.create(wait(10))
        for name in ("first", "second"):
            await server.start(arn, name=name)
        assert (await counted(server))["PENDING"] == 1
        await server.advance(10)
        assert await counted(server) == on_disk(server)
        assert (await counted(server))["SUCCEEDED"] == 1


async def test_a_lost_commit_counts_nothing() -> None:
    store = UnreliableStore()
    async with in_memory_server(store) as server:
        arn = await server.create(wait(10))
        store.fail(StoreFull("no room"))
        with pytest.raises(NotDurable):
            await server.start(arn)
        store.recover()
        assert await counted(server) == on_disk(server)


async def test_the_server_describes_its_executions_tasks_and_store(tmp_path: Path) -> None:
    async with in_memory_server(data=str(tmp_path)) as server:
        (tmp_path / "statemachine.db").write_bytes(b"x" * 100)
        (tmp_path / "statemachine.db-wal").write_bytes(b"x" * 11)
        (tmp_path / "statemachine.db-shm").write_bytes(b"x" * 2_000)
        await server.ask("CreateActivity", name="work")
        await server.start(await server.create(task(ACTIVITY), "a"))
        for name in ("f", "g"):
            await server.start(await server.create(task(), name))
        await server.start(await server.create(CALLBACK, "c"))
        server.tasks.answer(await server.task(2), Succeeded("{}"))
        server.clock.now += 5
        await server.settle()
        described = await server.ask("DescribeServer")
        assert described["version"]
        assert described["startDate"] == START
        assert described["executions"] == {
            "pending": 0,
            "running": 4,
            "ended": {"SUCCEEDED": 0, "FAILED": 0, "TIMED_OUT": 0, "ABORTED": 0},
        }
        assert described["perSecond"]["started"] == round(4 / 60, 3)
        assert described["tasks"] == {"activities": 1, "functions": 2, "callbacks": 1, "countedUpTo": 10_000}
        assert described["store"]["bytes"] == 2_111
