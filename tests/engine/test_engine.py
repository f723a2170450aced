"""The engine in the event loop: executions go on when something happens, and not before."""

from __future__ import annotations

import asyncio
from threading import Event as ThreadEvent
from typing import Any
from unittest.mock import patch

import pytest

from statemachine.core import step_builder
from statemachine.core.events import Event, TaskReturned
from statemachine.core.limits import HISTORY_EVENTS_MAX, PAYLOAD_BYTES_MAX
from statemachine.engine import commits, writer
from statemachine.engine.timers import HORIZON_SECONDS
from statemachine.host import Commit, Observer, Unavailable
from statemachine.store.interface import Rows
from statemachine.store.memory import MemoryStore
from statemachine.tasks.kind import Failed, Succeeded, TaskAttempt
from statemachine.testing import START, ScriptedTasks, in_memory_server
from tests.engine.definitions import ACTIVITY, LOOP, PASS, mapped, passes, task, wait
from tests.store.unreliable_store import UnreliableStore

RETRIED = task(Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 900, "MaxAttempts": 1}])


async def test_what_passes_through_keeps_its_own_spacing() -> None:
    async with in_memory_server() as server:
        ended = await server.run(PASS, '{ "kept" : 1.0 }')
        assert ended["status"] == "SUCCEEDED"
        assert ended["output"] == '{ "kept" : 1.0 }'
        assert ended["startDate"] == ended["stopDate"] == START


@pytest.mark.parametrize("seconds", [1, 10, HORIZON_SECONDS, HORIZON_SECONDS * 3, 31_536_000])
async def test_a_wait_ends_at_its_moment_and_not_before(seconds: float) -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(wait(seconds)))
        await server.advance(seconds - 0.1)
        assert (await server.describe(arn))["status"] == "RUNNING"
        await server.advance(0.1)
        assert (await server.ended(arn))["stopDate"] == START + seconds


async def test_a_clock_that_was_set_back_makes_nothing_happen_early() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(wait(10)))
        await server.advance(-3600)
        await server.advance(10)
        assert (await server.describe(arn))["status"] == "RUNNING"
        await server.advance(3600)
        assert (await server.ended(arn))["stopDate"] == START + 10


async def test_a_retry_waits_for_its_delay_and_is_a_new_attempt() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(RETRIED))
        first = await server.task()
        server.tasks.answer(first, Failed("Busy", None))
        await server.settle()
        await server.advance(899)
        assert server.tasks.started == [first]
        await server.advance(1)
        second = await server.task(1)
        assert second.token != first.token
        assert second.idempotency_key != first.idempotency_key
        server.tasks.answer(second, Succeeded('"done"'))
        assert (await server.ended(arn))["output"] == '"done"'


async def test_a_task_out_of_time_is_cancelled_and_its_answer_falls_away() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(task(TimeoutSeconds=5)))
        late = await server.task()
        await server.advance(5)
        ended = await server.ended(arn)
        assert (ended["status"], ended["error"]) == ("FAILED", "States.Timeout")
        assert server.tasks.cancelled == [late.token]
        before = await server.types(arn)
        server.tasks.answer(late, Succeeded("1"))
        await server.settle()
        assert await server.types(arn) == before


async def test_a_stopped_execution_cancels_its_tasks() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(mapped(task())), "[1, 2]")
        await server.task(1)
        await server.ask("StopExecution", execution_arn=arn)
        await server.until(lambda: len(server.tasks.cancelled) == 2)
        assert set(server.tasks.cancelled) == {task.token for task in server.tasks.started}


class HeldStore(MemoryStore):
    """A store whose commits take until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = ThreadEvent()
        self.go_on.set()

    def commit(self, rows: Rows, fresh: Rows, epoch: int) -> None:
        assert self.go_on.wait(20)
        super().commit(rows, fresh, epoch)


async def test_nothing_leaves_before_its_commit() -> None:
    store = HeldStore()
    async with in_memory_server(store) as server:
        machine_arn = await server.create(task())
        store.go_on.clear()
        caller = asyncio.create_task(server.start(machine_arn, name="held"))
        await server.until(lambda: server.engine._writer.in_flight is not None)
        for _ in range(10):
            await asyncio.sleep(0)
        assert not caller.done()
        assert server.tasks.started == []
        listed = await server.ask("ListExecutions", state_machine_arn=machine_arn)
        assert listed["executions"] == []
        store.go_on.set()
        assert (await server.describe(await caller))["status"] == "RUNNING"
        await server.task()


async def test_what_comes_while_a_group_is_written_forms_the_next_one() -> None:
    store = UnreliableStore()
    async with in_memory_server(store) as server:
        machine_arn = await server.create(PASS)
        before = store.commits
        arns = await asyncio.gather(*(server.start(machine_arn) for _ in range(200)))
        assert store.commits - before < 50
        assert {(await server.describe(arn))["status"] for arn in arns} == {"SUCCEEDED"}


async def test_an_endless_loop_lets_others_go_on_and_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_builder, "HISTORY_EVENTS_MAX", 10_000_000)
    async with in_memory_server() as server:
        endless = await server.start(await server.create(LOOP, "endless"))
        healthy = await server.run(PASS)
        assert healthy["status"] == "SUCCEEDED"
        await server.ask("StopExecution", execution_arn=endless, error="Enough", cause="by hand")
        stopped = await server.ended(endless)
        assert (stopped["status"], stopped["error"], stopped["cause"]) == ("ABORTED", "Enough", "by hand")
        last = await server.ask("GetExecutionHistory", execution_arn=endless, max_results=1, reverse_order=True)
        assert last["events"][0]["type"] == "ExecutionAborted"


async def test_the_event_above_the_limit_fails_the_execution() -> None:
    async with in_memory_server() as server:
        ended = await server.run(LOOP)
        assert (ended["status"], ended["error"]) == ("FAILED", "States.Runtime")
        last = await server.ask(
            "GetExecutionHistory", execution_arn=ended["executionArn"], max_results=2, reverse_order=True
        )
        assert [event["id"] for event in last["events"]] == [HISTORY_EVENTS_MAX, HISTORY_EVENTS_MAX - 1]
        assert last["events"][0]["type"] == "ExecutionFailed"


async def test_a_result_above_the_limit_fails_its_task_and_can_be_caught() -> None:
    caught = task(Catch=[{"ErrorEquals": ["States.DataLimitExceeded"], "Next": "C"}])
    caught["States"]["C"] = {"Type": "Pass", "OutputPath": "$.Error", "End": True}
    async with in_memory_server() as server:
        arn = await server.start(await server.create(caught))
        server.tasks.answer(await server.task(), Succeeded('"' + "x" * (PAYLOAD_BYTES_MAX - 1) + '"'))
        assert (await server.ended(arn))["output"] == '"States.DataLimitExceeded"'


async def test_a_defect_of_ours_fails_only_the_execution_that_it_struck() -> None:
    advance = writer.advance

    def stumble(machine: Any, checkpoint: Any, event: Event, context: Any) -> Any:
        if checkpoint.execution.name == "struck" and isinstance(event, TaskReturned):
            raise ZeroDivisionError("our mistake")
        return advance(machine, checkpoint, event, context)

    with patch.object(writer, "advance", stumble):
        async with in_memory_server() as server:
            machine_arn = await server.create(task())
            struck, other = await server.start(machine_arn, name="struck"), await server.start(machine_arn)
            for number in range(2):
                server.tasks.answer(await server.task(number), Succeeded("1"))
            failed = await server.ended(struck)
            assert (failed["status"], failed["error"]) == ("FAILED", "States.Runtime")
            assert failed["cause"] == "Internal error: ZeroDivisionError: our mistake"
            assert (await server.ended(other))["status"] == "SUCCEEDED"


class Raising(ScriptedTasks):
    """A kind that breaks its promise never to raise."""

    def start(self, task: TaskAttempt, answer: Any) -> None:
        super().start(task, answer)
        if task.arguments == "bad":
            raise RuntimeError("not for me")


async def test_a_kind_that_raises_fails_its_own_task_only() -> None:
    async with in_memory_server(tasks=Raising()) as server:
        machine_arn = await server.create(task())
        bad, good = await asyncio.gather(server.start(machine_arn, '"bad"'), server.start(machine_arn, '"good"'))
        failed = await server.ended(bad)
        assert failed["error"] == "States.TaskFailed"
        assert failed["cause"] == "The task could not be started: RuntimeError: not for me"
        server.tasks.answer(await server.task(1), Succeeded("1"))
        assert (await server.ended(good))["status"] == "SUCCEEDED"


async def test_watchers_hear_which_executions_have_changed() -> None:
    heard: set[str] = set()
    async with in_memory_server() as server:
        server.engine.watchers.append(heard.update)
        await server.start(await server.create(PASS), name="e")
        await server.until(lambda: heard)
        assert heard == {"m:e"}


async def test_the_seconds_of_a_commit_end_when_it_is_durable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replies, releases and watchers do not count. Each moment is set by hand."""
    moment = 0.0

    def pass_time(seconds: float) -> None:
        nonlocal moment
        moment += seconds

    class SlowStore(MemoryStore):
        def commit(self, rows: Rows, fresh: Rows, epoch: int) -> None:
            pass_time(2.5)
            super().commit(rows, fresh, epoch)

    class Reports(Observer):
        def committed(self, commit: Commit) -> None:
            seconds.append(commit.seconds)

    seconds: list[float] = []
    monkeypatch.setattr(commits, "perf_counter", lambda: moment)
    async with in_memory_server(SlowStore(), observers=[Reports()]) as server:
        server.engine.watchers.append(lambda ids: pass_time(100))
        await server.start(await server.create(PASS))
    assert set(seconds) == {2.5}


async def test_draining_does_not_wait_for_executions_that_never_wait() -> None:
    """The next process gives them their turns."""
    store = MemoryStore()
    async with in_memory_server(store) as server:
        machine_arn = await server.create(passes(300))
        started = asyncio.create_task(server.start(machine_arn))
        await asyncio.sleep(0)
        await server.engine.drain()
        arn = await started
        assert (await server.describe(arn))["status"] == "RUNNING"
    async with in_memory_server(store) as following:
        assert (await following.ended(arn))["status"] == "SUCCEEDED"
        assert (await following.types(arn)).count("PassStateEntered") == 300


async def test_draining_takes_nothing_new_and_lets_go_of_who_waits() -> None:
    async with in_memory_server() as server:
        await server.ask("CreateActivity", name="work")
        machine_arn = await server.create(PASS)
        poll = asyncio.create_task(server.ask("GetActivityTask", activity_arn=ACTIVITY))
        taken = asyncio.create_task(server.start(machine_arn, name="taken"))
        await asyncio.sleep(0)
        await server.engine.drain()
        assert await poll == {}
        assert (await server.describe(await taken))["status"] == "SUCCEEDED"
        with pytest.raises(Unavailable):
            await server.start(machine_arn)
        with pytest.raises(Unavailable):
            await server.create(PASS, "another")
        assert await server.ask("GetActivityTask", activity_arn=ACTIVITY) == {}


async def test_an_idle_engine_tells_when_its_next_timer_is_due() -> None:
    async with in_memory_server() as server:
        await server.settle()
        assert server.engine.next_timer_if_idle == float("inf")
        await server.start(await server.create(wait(HORIZON_SECONDS * 2)))
        await server.settle()
        assert server.engine.next_timer_if_idle == START + HORIZON_SECONDS * 2
        await server.start(await server.create(wait(7), "soon"))
        await server.settle()
        assert server.engine.next_timer_if_idle == START + 7
        await server.start(await server.create(task(), "busy"))
        await server.task()
        assert server.engine.next_timer_if_idle is None
