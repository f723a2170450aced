"""A process that takes over from another goes on where the disk says that it stood."""

from __future__ import annotations

import asyncio

import pytest
from msgspec import ValidationError

from statemachine.engine import commits, loop
from statemachine.store.interface import StoreFull
from statemachine.store.memory import MemoryStore
from statemachine.tasks.kind import Failed, Succeeded
from statemachine.testing import ScriptedTasks, VirtualClock, in_memory_server
from tests.engine.definitions import ACTIVITY, CALLBACK, mapped, passes, task, wait
from tests.store.unreliable_store import UnreliableStore

RETRIED = task(Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 30}])


def tokens(functions: ScriptedTasks) -> set[str]:
    return {handed_out.token for handed_out in functions.started}


async def test_waits_and_retries_keep_their_moments() -> None:
    store, clock = MemoryStore(), VirtualClock()
    async with in_memory_server(store, clock) as before:
        waiting = await before.start(await before.create(wait(60), "waiting"))
        retried = await before.start(await before.create(RETRIED, "retried"))
        before.tasks.answer(await before.task(), Failed("Busy", None))
        await before.settle()
    clock.now += 29
    async with in_memory_server(store, clock) as after:
        await after.settle()
        assert after.tasks.started == []
        await after.advance(1)
        after.tasks.answer(await after.task(), Succeeded("1"))
        assert (await after.ended(retried))["status"] == "SUCCEEDED"
        await after.advance(30)
        assert (await after.ended(waiting))["stopDate"] == clock.now


async def test_what_was_due_in_between_happens_at_once() -> None:
    store, clock = MemoryStore(), VirtualClock()
    async with in_memory_server(store, clock) as before:
        arn = await before.start(await before.create({**wait(3600), "TimeoutSeconds": 60}))
    clock.now += 100
    async with in_memory_server(store, clock) as after:
        assert (await after.ended(arn))["status"] == "TIMED_OUT"


async def test_a_task_is_handed_out_again_with_the_same_token_and_key() -> None:
    store = MemoryStore()
    async with in_memory_server(store) as before:
        arn = await before.start(await before.create(mapped(task())), "[1, 2, 3]")
        await before.task(2)
        before.tasks.answer(before.tasks.started[1], Succeeded('"second"'))
        await before.settle()
    open_then = {(task.token, task.idempotency_key, task.arguments_text) for task in before.tasks.started}
    async with in_memory_server(store) as after:
        await after.task(1)
        open_now = {(task.token, task.idempotency_key, task.arguments_text) for task in after.tasks.started}
        assert open_now == {task for task in open_then if task[2] != "2"}
        for handed_out in after.tasks.started:
            after.tasks.answer(handed_out, Succeeded("0"))
        assert (await after.ended(arn))["output"] == '[0,"second",0]'
        assert (await after.types(arn)).count("LambdaFunctionScheduled") == 3


async def test_a_submitted_callback_only_waits_for_its_token() -> None:
    store = MemoryStore()
    async with in_memory_server(store) as before:
        arn = await before.start(await before.create(CALLBACK))
        submitted = await before.task()
        before.tasks.answer(submitted, Succeeded("null"))
        await before.settle()
    async with in_memory_server(store) as after:
        await after.settle()
        assert after.tasks.started == []
        await after.ask("SendTaskSuccess", task_token=submitted.token, output='"said"')
        assert (await after.ended(arn))["output"] == '"said"'


async def test_an_activity_task_that_nobody_took_stands_in_the_queue_again() -> None:
    store = MemoryStore()
    async with in_memory_server(store) as before:
        await before.ask("CreateActivity", name="work")
        machine_arn = await before.create(task(ACTIVITY))
        arns = []
        for number in range(3):
            before.clock.now += 0.001
            arns.append(await before.start(machine_arn, str(number)))
        taken = await before.ask("GetActivityTask", activity_arn=ACTIVITY)
        await before.ask("SendTaskSuccess", task_token=taken["taskToken"], output="true")
    async with in_memory_server(store) as after:
        for number in (1, 2):
            handed_out = await after.ask("GetActivityTask", activity_arn=ACTIVITY)
            assert handed_out["input"] == str(number)
            await after.ask("SendTaskSuccess", task_token=handed_out["taskToken"], output="true")
        assert [(await after.ended(arn))["status"] for arn in arns] == ["SUCCEEDED"] * 3


async def test_a_long_run_of_states_goes_on_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends while its disk is full: it was as good as killed."""
    monkeypatch.setattr(commits, "RETRY_SECONDS", 3600.0)
    monkeypatch.setattr(loop, "SLICE_SECONDS", 0.0)
    store = UnreliableStore()
    async with in_memory_server(store) as before:
        machine_arn = await before.create(passes(350))
        store.fail(StoreFull("disk full"), after=1)
        arn = await before.start(machine_arn)
        await before.until(lambda: store.failed)
    assert (await before.describe(arn))["status"] == "RUNNING"
    store.recover()
    async with in_memory_server(store) as after:
        assert (await after.ended(arn))["status"] == "SUCCEEDED"
        assert [event["id"] for event in await after.events(arn)] == [*range(1, 703)]


async def test_a_row_that_cannot_be_read_stops_nobody_else() -> None:
    store = MemoryStore()
    async with in_memory_server(store) as before:
        machine_arn = await before.create(task())
        sound, damaged = await before.start(machine_arn, name="a"), await before.start(machine_arn, name="b")
        await before.task(1)
    store.commit({"e/m:b/head": b'{"id":1}'}, {}, 1)
    async with in_memory_server(store) as after:
        after.tasks.answer(await after.task(), Succeeded("1"))
        assert (await after.ended(sound))["status"] == "SUCCEEDED"
        with pytest.raises(ValidationError):
            await after.describe(damaged)


async def test_a_deletion_goes_on() -> None:
    store = MemoryStore()
    async with in_memory_server(store) as before:
        machine_arn = await before.create(wait(60))
        arn = await before.start(machine_arn)
        machine = before.parts.machines.get("m")
        assert machine is not None
        machine.deleting = True
        await before.parts.machines.put(before.engine, machine)
    async with in_memory_server(store) as after:
        assert (await after.ended(arn))["status"] == "ABORTED"
        await after.until(lambda: not len(after.parts.machines))


async def test_a_heap_of_open_executions_is_recovered() -> None:
    """More commands than one page of rows holds."""
    store = MemoryStore()
    async with in_memory_server(store) as before:
        machine_arn = await before.create(task())
        await asyncio.gather(*(before.start(machine_arn) for _ in range(1_200)))
    async with in_memory_server(store) as after:
        assert len(after.tasks.started) == 1_200
        assert tokens(after.tasks) == tokens(before.tasks)
