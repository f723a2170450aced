"""The store refuses: whoever waits is told, nothing is half-written, and what nobody would send again is not lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from statemachine.engine import commits, loop
from statemachine.host import NotDurable, Unavailable
from statemachine.store.interface import KeyConflict, StoreDamaged, StoreError, StoreFull
from statemachine.store.memory import MemoryStore
from statemachine.tasks.kind import Succeeded
from statemachine.testing import InMemoryServer, in_memory_server
from tests.engine.definitions import PASS, mapped, passes, task, wait
from tests.store.unreliable_store import UnreliableStore


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine tries again at once."""
    monkeypatch.setattr(commits, "RETRY_SECONDS", 0.0)


def everything(store: MemoryStore) -> dict[str, bytes]:
    return dict(store.scan(""))


async def test_a_caller_is_told_and_nothing_is_kept() -> None:
    store = UnreliableStore()
    async with in_memory_server(store) as server:
        machine_arn = await server.create(PASS)
        before = everything(store)
        store.fail(StoreFull("disk full"))
        with pytest.raises(NotDurable, match="disk full"):
            await server.start(machine_arn, name="e")
        assert everything(store) == before
        with pytest.raises(Unavailable):
            await server.start(machine_arn, name="e")
        assert not server.engine.ready
        assert server.fatal == []


async def test_reads_go_on() -> None:
    store = UnreliableStore()
    async with in_memory_server(store) as server:
        arn = await server.start(await server.create(wait(10)))
        store.fail(StoreFull("disk full"))
        await server.until(lambda: server.engine.ready)
        with pytest.raises(NotDurable):
            await server.ask("StopExecution", execution_arn=arn)
        assert (await server.describe(arn))["status"] == "RUNNING"
        assert await server.types(arn) == ["ExecutionStarted", "WaitStateEntered"]


async def test_the_engine_takes_up_work_when_there_is_room_again() -> None:
    store = UnreliableStore()
    async with in_memory_server(store) as server:
        machine_arn = await server.create(PASS)
        store.fail(StoreFull("disk full"))
        with pytest.raises(NotDurable):
            await server.start(machine_arn, name="e")
        await server.until(lambda: store.failed > 3)
        store.recover()
        await server.until(lambda: server.engine.ready)
        arn = await server.start(machine_arn, name="e")
        assert (await server.ended(arn))["status"] == "SUCCEEDED"


async def a_timer_fires(server: InMemoryServer) -> None:
    server.clock.now += 10
    server.engine.wake()


async def a_task_callbacks(server: InMemoryServer) -> None:
    for number in range(2):
        server.tasks.answer(await server.task(number), Succeeded("1"))


@pytest.mark.parametrize(
    ("definition", "happens", "output"),
    [
        (mapped(wait(10)), a_timer_fires, "[1,2]"),
        (mapped(task()), a_task_callbacks, "[1,1]"),
    ],
)
async def test_what_nobody_would_send_again_happens_later(
    definition: Any, happens: Callable[[InMemoryServer], Any], output: str
) -> None:
    store = UnreliableStore()
    async with in_memory_server(store) as server:
        arn = await server.start(await server.create(definition), "[1, 2]")
        await server.settle()
        store.fail(StoreFull("disk full"))
        await happens(server)
        await server.until(lambda: store.failed > 2)
        assert (await server.describe(arn))["status"] == "RUNNING"
        store.recover()
        assert (await server.ended(arn))["output"] == output
        assert [event["id"] for event in await server.events(arn)] == [*range(1, len(await server.types(arn)) + 1)]


async def test_a_turn_is_taken_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second group of a long execution is lost; the execution goes on from the first."""
    monkeypatch.setattr(loop, "SLICE_SECONDS", 0.0)
    store = UnreliableStore()
    async with in_memory_server(store) as server:
        machine_arn = await server.create(passes(350))
        store.fail(StoreFull("disk full"), after=1)
        arn = await server.start(machine_arn)
        await server.until(lambda: store.failed > 2)
        store.recover()
        assert (await server.ended(arn))["status"] == "SUCCEEDED"
        assert len(await server.events(arn)) == 350 * 2 + 2


async def test_the_group_that_formed_meanwhile_is_lost_with_the_one_before() -> None:
    """It builds upon what the disk never got."""
    store = UnreliableStore()
    async with in_memory_server(store) as server:
        machine_arn = await server.create(wait(10))
        store.fail(StoreFull("disk full"))
        first = asyncio.create_task(server.start(machine_arn, name="e"))
        await server.until(lambda: server.engine._writer.in_flight is not None)
        second = asyncio.create_task(server.start(machine_arn, name="e"))
        for caller in (first, second):
            with pytest.raises((NotDurable, Unavailable)):
                await caller
        store.recover()
        await server.until(lambda: server.engine.ready)
        assert server.engine._writer.current_checkpoint("m:e") is None


@pytest.mark.parametrize("error", [StoreDamaged("torn page"), KeyConflict("e/m:e/hist/00000001"), StoreError("what?")])
async def test_any_other_refusal_ends_the_process(error: StoreError) -> None:
    store = UnreliableStore()
    async with in_memory_server(store) as server:
        machine_arn = await server.create(PASS)
        store.fail(error)
        with pytest.raises(NotDurable):
            await server.start(machine_arn)
        assert server.fatal[0] is error


async def test_a_newer_owner_ends_the_process_of_the_older() -> None:
    store = MemoryStore()
    async with in_memory_server(store) as older:
        machine_arn = await older.create(PASS)
        store.raise_epoch()
        with pytest.raises(NotDurable):
            await older.start(machine_arn)
        assert "owned under epoch 2, not 1" in str(older.fatal[0])
        assert older.store.scan("e/") == []


async def test_a_probe_that_is_refused_for_good_ends_the_process_too() -> None:
    store = UnreliableStore()
    async with in_memory_server(store) as server:
        machine_arn = await server.create(PASS)
        store.fail(StoreFull("disk full"))
        with pytest.raises(NotDurable):
            await server.start(machine_arn)
        store.fail(StoreDamaged("torn page"))
        await server.until(lambda: server.fatal)
