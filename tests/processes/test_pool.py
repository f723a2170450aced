"""Pools of child processes: the number of children, the order of requests, and their outcomes. Real processes."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from statemachine.processes import pool as module
from statemachine.processes.pool import Answered, ChildEnded, ProcessPool, Request, RequestOutcome, StartFailed
from tests.processes.loops import both_loops, run_in, skip
from tests.processes.waiting import until

Factory = Callable[[], asyncio.AbstractEventLoop]
KILLED = -signal.SIGKILL


@asynccontextmanager
async def running_pool(children_max: int = 1, how: str = "", **options: Any) -> AsyncIterator[ProcessPool]:
    """A pool of `tests.processes.child`, which starts as `how` says. It is ended at the end."""
    pool = ProcessPool("The child", ("tests.processes.child", how), children_max, **options)
    try:
        yield pool
    finally:
        await pool.end()
        assert not pool.pids


class Asked(Request):
    """A request that notes its outcome."""

    def __init__(self, pool: ProcessPool, *message: Any) -> None:
        super().__init__(message, self._done)
        self.outcome: RequestOutcome | None = None
        pool.submit(self)

    def _done(self, outcome: RequestOutcome) -> None:
        self.outcome = outcome


async def pid_of(request: Request) -> int:
    """The process that works on it, when there is one."""
    while request.child is None:
        await asyncio.sleep(0)
    return request.child.pid


@both_loops
def test_requests_share_the_children_and_are_answered_in_order(factory: Factory) -> None:
    async def body() -> None:
        async with running_pool(2) as pool:
            answers = await asyncio.gather(*(pool.ask(["echo", number]) for number in range(20)))
            assert answers == [Answered(number) for number in range(20)]
            processes = await asyncio.gather(*(pool.ask(["process"]) for _ in range(20)))
            assert {outcome.message for outcome in processes if isinstance(outcome, Answered)} <= pool.pids
            assert len(pool.pids) <= 2

    run_in(factory, body)


@both_loops
@pytest.mark.parametrize(("idle_max", "kept"), [(None, 3), (2, 2), (0, 0)])
def test_so_many_idle_children_are_kept(factory: Factory, idle_max: int | None, kept: int) -> None:
    async def body() -> None:
        async with running_pool(3, idle_max=idle_max) as pool:
            hanging = [asyncio.create_task(pool.ask(["hang"])) for _ in range(2)]
            await pool.ask(["echo", 1])
            for task in hanging:
                task.cancel()
            await asyncio.wait(hanging)
            await asyncio.gather(*(pool.ask(["echo", 1]) for _ in range(3)))
            await until(lambda: len(pool.pids) == kept)
            assert await pool.ask(["echo", 2]) == Answered(2)

    run_in(factory, body)


@both_loops
def test_a_spare_child_is_there_before_it_is_asked(factory: Factory) -> None:
    async def body() -> None:
        async with running_pool(3, spare=1) as pool:
            hanging = Asked(pool, "hang")
            await until(lambda: hanging.child is not None and len(pool.pids) == 2)
            assert await pool.ask(["echo", 1]) == Answered(1)
            assert hanging.outcome is None

    run_in(factory, body)


@both_loops
def test_a_child_that_ends_is_told_and_replaced(factory: Factory) -> None:
    async def body() -> None:
        async with running_pool() as pool:
            first = await pool.ask(["process"])
            exiting, next_ = Asked(pool, "exit", 3), Asked(pool, "process")
            await until(lambda: next_.outcome is not None)
            assert exiting.outcome == ChildEnded(3)
            assert next_.outcome != first

    run_in(factory, body)


@both_loops
def test_an_answer_without_a_request_ends_the_child(factory: Factory) -> None:
    async def body() -> None:
        async with running_pool() as pool:
            process = await pool.ask(["process"])
            assert isinstance(process, Answered)
            # The child writes an answer and then answers. Both may arrive at once, and then neither counts.
            assert await pool.ask(["write", "\0\0\0\1" + "7"]) in (Answered(7), ChildEnded(KILLED))
            await until(lambda: process.message not in pool.pids)
            assert await pool.ask(["echo", 1]) == Answered(1)

    run_in(factory, body)


@both_loops
def test_cancelling_kills_the_child_or_takes_the_request_out_of_the_queue(factory: Factory) -> None:
    async def body() -> None:
        async with running_pool() as pool:
            process = await pool.ask(["process"])
            running, queued = (asyncio.create_task(pool.ask(["hang"])) for _ in range(2))
            await asyncio.sleep(0)
            last = asyncio.create_task(pool.ask(["process"]))
            await asyncio.sleep(0)
            queued.cancel()
            running.cancel()
            assert await last != process
            assert (running.cancelled(), queued.cancelled()) == (True, True)

    run_in(factory, body)


@both_loops
def test_a_request_may_be_repeated_before_all_others(factory: Factory) -> None:
    async def body() -> None:
        order: list[Any] = []

        def again(outcome: RequestOutcome) -> None:
            order.append(outcome)
            if len(order) == 1:
                struck.message = ["echo", "again"]
                pool.submit(struck, first=True)

        async with running_pool() as pool:
            struck = Request(["exit", 1], again)
            pool.submit(struck)
            pool.submit(Request(["echo", "next"], order.append))
            await until(lambda: len(order) == 3)
        assert order == [ChildEnded(1), Answered("again"), Answered("next")]

    run_in(factory, body)


async def test_a_request_that_takes_too_long_costs_its_child_its_life() -> None:
    async with running_pool(request_seconds_max=600) as pool:
        slow, next_ = Asked(pool, "hang"), Asked(pool, "echo", 1)
        pid = await pid_of(slow)
        skip(600)
        await until(lambda: slow.outcome is not None)
        assert slow.outcome == ChildEnded(KILLED, timed_out=True)
        await until(lambda: next_.outcome == Answered(1) and pid not in pool.pids)


@pytest.mark.parametrize(
    ("how", "cause"),
    [
        ("exit", "The child ended: exit status 5"),
        ("refuse", "not today"),
        ("hang", "The child took more than 60 seconds"),
    ],
)
async def test_a_failed_start_is_told_to_each_that_waits(how: str, cause: str) -> None:
    async with running_pool(2, how) as pool:
        waiting = [Asked(pool, "echo", number) for number in range(5)]
        while any(request.outcome is None for request in waiting):
            if how == "hang":
                skip(module.START_SECONDS_MAX)
            await asyncio.sleep(0.01)
        assert {request.outcome for request in waiting} == {StartFailed(cause)}


async def test_a_system_without_room_for_a_process_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> None:
        raise OSError(11, "no room")

    monkeypatch.setattr(module, "_Child", no_room)
    async with running_pool(2) as pool:
        outcomes = await asyncio.gather(*(pool.ask(["echo", 1]) for _ in range(5)))
        assert set(outcomes) == {StartFailed("The child cannot be started: [Errno 11] no room")}


@pytest.mark.parametrize("how", ["exit", "refuse"])
async def test_a_failed_start_is_tried_again_after_a_pause(how: str) -> None:
    async with running_pool(1, how, retry_seconds=600, spare=1) as pool:
        waiting = Asked(pool, "echo", 1)
        await until(lambda: not pool.pids)
        Asked(pool, "echo", 2)
        assert not pool.pids
        pool.argv = (*pool.argv[:-1], "")
        skip(600)
        await until(lambda: waiting.outcome is not None)
        assert waiting.outcome == Answered(1)


@both_loops
def test_lines_come_with_the_label_of_the_last_request(factory: Factory) -> None:
    async def body() -> None:
        printed: list[tuple[str, str]] = []
        async with running_pool(printed=lambda label, line: printed.append((label, line))) as pool:
            await pool.ask(["print", "first\n"], "one")
            await until(lambda: len(printed) == 1)
            await pool.ask(["print", "second\n"], "two")
            await until(lambda: len(printed) == 2)
        assert printed == [("one", "first"), ("two", "second")]

    run_in(factory, body)


@both_loops
def test_end_kills_all_and_tells_what_was_under_way(factory: Factory) -> None:
    async def body() -> None:
        async with running_pool(2) as pool:
            hanging, queued = [Asked(pool, "hang") for _ in range(2)], Asked(pool, "echo", 1)
            pids = [await pid_of(request) for request in hanging]
            await pool.end()
            assert [request.outcome for request in hanging] == [ChildEnded(KILLED)] * 2
            assert queued.outcome is None
            for pid in pids:
                with pytest.raises(ProcessLookupError):
                    os.kill(pid, 0)

    run_in(factory, body)


@both_loops
def test_close_kills_all_without_an_outcome(factory: Factory) -> None:
    async def body() -> None:
        async with running_pool() as pool:
            hanging, queued = Asked(pool, "hang"), Asked(pool, "echo", 1)
            await pid_of(hanging)
            pool.close()
            await until(lambda: not pool.pids)
            assert (hanging.outcome, queued.outcome) == (None, None)

    run_in(factory, body)
