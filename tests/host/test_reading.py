"""How a host reads: at once from a local store, in a thread from a remote one, and never so that others must wait."""

from __future__ import annotations

import asyncio
import threading

import pytest

from statemachine.core.ids import execution_id
from statemachine.engine.loop import READERS
from statemachine.reads.headers import read_header
from statemachine.store.interface import Readable
from statemachine.store.memory import MemoryStore
from statemachine.testing import in_memory_server
from tests.engine.definitions import wait
from tests.engine.test_engine import HeldStore


class RemoteStore(MemoryStore):
    """A store over a network that answers only when the test lets it."""

    remote = True

    def __init__(self) -> None:
        super().__init__()
        self.answers = threading.Event()
        self.answers.set()

    def get(self, key: str) -> bytes | None:
        assert self.answers.wait(20), "the test never let the store answer"
        return super().get(key)


def thread_of(rows: Readable) -> str:
    """A look that tells in which thread it runs."""
    rows.get("x")
    return threading.current_thread().name


@pytest.mark.parametrize(("store", "thread"), [(MemoryStore(), "MainThread"), (RemoteStore(), "reader")])
async def test_a_read_of_a_remote_store_leaves_the_loop(store: MemoryStore, thread: str) -> None:
    async with in_memory_server(store) as server:
        assert (await server.engine.read(thread_of)).startswith(thread)
        assert (await server.engine.survey(thread_of)).startswith("reader")


async def test_reads_that_wait_hold_up_nothing_else() -> None:
    """A hundred descriptions wait for the store; meanwhile the loop does everything that needs no read."""
    store = RemoteStore()
    async with in_memory_server(store) as server:
        arn = await server.start(await server.create(wait(10)), name="e")
        await server.settle()
        store.answers.clear()
        descriptions = [asyncio.create_task(server.describe(arn)) for _ in range(100)]
        server.clock.now += 10
        server.engine.wake()
        await server.until(lambda: store.scan("s/SUCCEEDED/"))
        assert [activity["name"] for activity in (await server.ask("ListActivities"))["activities"]] == []
        assert not any(task.done() for task in descriptions)
        store.answers.set()
        statuses = [described["status"] for described in await asyncio.gather(*descriptions)]
        # Those that had begun to read see the rows of before.
        assert statuses.count("SUCCEEDED") >= len(statuses) - READERS


async def test_what_a_look_raises_reaches_who_asked() -> None:
    def refuse(rows: Readable) -> None:
        raise ValueError("not for me")

    async with in_memory_server() as server:
        for ask in (server.engine.read, server.engine.survey):
            with pytest.raises(ValueError, match="not for me"):
                await ask(refuse)


async def test_a_look_sees_what_is_durable_and_nothing_else() -> None:
    """The start is stepped, and its group is being written."""
    store = HeldStore()
    async with in_memory_server(store) as server:
        arn = await server.create(wait(10))
        store.go_on.clear()
        starting = asyncio.create_task(server.start(arn, name="e"))
        await server.until(lambda: server.engine.open_executions == 1)
        for ask in (server.engine.read, server.engine.survey):
            assert await ask(read_header, execution_id("m", "e")) is None
        store.go_on.set()
        await starting
        for ask in (server.engine.read, server.engine.survey):
            assert await ask(read_header, execution_id("m", "e")) is not None
