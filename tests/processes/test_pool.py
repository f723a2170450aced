"""Pools of child processes: the number of children, the order of requests, and their results. Real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog

from statemachine.processes import frames, process
from statemachine.processes import pool as module
from statemachine.processes.pool import PoolRequest, ProcessPool
from statemachine.processes.results import ChildEnded, Replied, RequestResult, StartFailed
from statemachine.processes.standstill import processor_seconds
from tests.processes.loops import advance_loop_time, both_loops, loop_has_read, run_in
from tests.processes.waiting import alive, until

Factory = Callable[[], asyncio.AbstractEventLoop]
KILLED = -signal.SIGKILL
ROOT = str(Path(__file__).parents[2])


@asynccontextmanager
async def running_pool(children_max: int = 1, how: str = "", **options: Any) -> AsyncIterator[ProcessPool]:
    """A pool of `tests.processes.child`, which starts as `how` says. It is shut down at the end."""
    program = ("tests.processes.child", how)
    pool = ProcessPool("The child", program, children_max, environment={"PYTHONPATH": ROOT}, **options)
    try:
        yield pool
    finally:
        await pool.shut_down()
        assert not pool.pids


class Asked(PoolRequest):
    """A request that notes its result."""

    def __init__(self, pool: ProcessPool, *message: Any) -> None:
        super().__init__(message, self._done)
        self.result: RequestResult | None = None
        pool.submit(self)

    def _done(self, result: RequestResult) -> None:
        self.result = result


async def pid_of(request: PoolRequest) -> int:
    """The process that works on it, when there is one."""
    while request.child is None:
        await asyncio.sleep(0)
    return request.child.pid


async def reply(pool: ProcessPool, *message: Any) -> Any:
    """The reply to a message."""
    result = await pool.ask(message)
    assert isinstance(result, Replied)
    return result.message


@both_loops
def test_requests_share_the_children(factory: Factory) -> None:
    async def body() -> None:
        async with running_pool(2) as pool:
            assert await asyncio.gather(*(reply(pool, "echo", number) for number in range(20))) == list(range(20))
            processes = await asyncio.gather(*(reply(pool, "process") for _ in range(20)))
            assert set(processes) <= pool.pids
            assert len(pool.pids) <= 2

    run_in(factory, body)


@both_loops
def test_requests_are_done_in_the_order_in_which_they_were_queued(factory: Factory) -> None:
    async def body() -> None:
        results: list[RequestResult] = []
        async with running_pool() as pool:
            for number in range(5):
                pool.submit(PoolRequest(["echo", number], results.append))
            await until(lambda: len(results) == 5)
        assert results == [Replied(number) for number in range(5)]

    run_in(factory, body)


@both_loops
@pytest.mark.parametrize(("idle_max", "kept"), [(None, 3), (2, 2), (0, 0)])
def test_idle_max_children_are_kept(factory: Factory, idle_max: int | None, kept: int) -> None:
    async def body() -> None:
        async with running_pool(3, idle_max=idle_max) as pool:
            hanging = [asyncio.create_task(pool.ask(["hang"])) for _ in range(2)]
            await reply(pool, "echo", 1)
            for task in hanging:
                task.cancel()
            await asyncio.wait(hanging)
            await asyncio.gather(*(pool.ask(["echo", 1]) for _ in range(3)))
            await until(lambda: len(pool.pids) == kept)
            assert await reply(pool, "echo", 2) == 2

    run_in(factory, body)


@both_loops
def test_a_spare_child_is_started_before_its_first_request(factory: Factory) -> None:
    async def body() -> None:
        async with running_pool(3, spare=1) as pool:
            hanging = Asked(pool, "hang")
            await until(lambda: hanging.child is not None and len(pool.pids) == 2)
            assert await reply(pool, "echo", 1) == 1
            assert hanging.result is None

    run_in(factory, body)


@both_loops
def test_a_child_that_ends_is_reported_and_replaced(factory: Factory) -> None:
    async def body() -> None:
        async with running_pool() as pool:
            first = await reply(pool, "process")
            exiting, next_ = Asked(pool, "exit", 3), Asked(pool, "process")
            await until(lambda: next_.result is not None)
            assert exiting.result == ChildEnded(3)
            assert isinstance(next_.result, Replied)
            assert next_.result.message != first

    run_in(factory, body)


@both_loops
def test_a_reply_without_a_request_ends_the_child(factory: Factory) -> None:
    async def body() -> None:
        async with running_pool() as pool:
            first = await reply(pool, "process")
            await reply(pool, "write on signal", "stray")
            os.kill(first, signal.SIGUSR1)
            await until(lambda: first not in pool.pids)
            assert await reply(pool, "process") != first

    run_in(factory, body)


@both_loops
def test_of_two_replies_at_once_neither_counts(factory: Factory) -> None:
    async def body() -> None:
        async with running_pool() as pool:
            number = frames.START_NUMBER + 1
            two = (frames.pack(number, 1) + frames.pack(number, 2)).decode("latin-1")
            assert await pool.ask(["write", two]) == ChildEnded(KILLED)
            assert await reply(pool, "echo", 1) == 1

    run_in(factory, body)


@both_loops
@pytest.mark.parametrize("number", [frames.START_NUMBER, frames.START_NUMBER + 1])
def test_a_reply_to_an_earlier_request_is_not_taken_for_that_to_the_next(factory: Factory, number: int) -> None:
    async def body() -> None:
        stale = frames.pack(number, "stale").decode("latin-1")
        async with running_pool() as pool:
            assert await reply(pool, "echo", 1) == 1
            assert await pool.ask(["write", stale]) == ChildEnded(KILLED)
            assert await reply(pool, "echo", 2) == 2

    run_in(factory, body)


@both_loops
def test_half_a_reply_does_not_keep_the_request_waiting(factory: Factory) -> None:
    async def body() -> None:
        async with running_pool() as pool:
            assert await pool.ask(["write", "\x03\xff\xff\xff"]) == ChildEnded(KILLED)
            assert await reply(pool, "echo", 1) == 1

    run_in(factory, body)


@both_loops
@pytest.mark.parametrize("how", ["", "fork"])
def test_a_process_that_a_child_has_forked_does_not_reply(factory: Factory, how: str) -> None:
    async def body() -> None:
        async with running_pool(1, how) as pool:
            process = await reply(pool, "process")
            assert await reply(pool, "fork") == "the process that was asked"
            assert await reply(pool, "process") == process

    run_in(factory, body)


@both_loops
def test_cancelling_kills_the_child_or_takes_the_request_out_of_the_queue(factory: Factory) -> None:
    async def body() -> None:
        async with running_pool() as pool:
            first = await reply(pool, "process")
            running, queued = (asyncio.create_task(pool.ask(["hang"])) for _ in range(2))
            last = asyncio.create_task(reply(pool, "process"))
            await asyncio.sleep(0)  # each task runs up to its first wait
            queued.cancel()
            running.cancel()
            assert await last != first
            assert (running.cancelled(), queued.cancelled()) == (True, True)

    run_in(factory, body)


@both_loops
def test_a_request_may_be_repeated_before_all_others(factory: Factory) -> None:
    async def body() -> None:
        order: list[Any] = []

        def again(result: RequestResult) -> None:
            order.append(result)
            if len(order) == 1:
                struck.message = ["echo", "again"]
                pool.submit(struck, first=True)

        async with running_pool() as pool:
            struck = PoolRequest(["exit", 1], again)
            pool.submit(struck)
            pool.submit(PoolRequest(["echo", "next"], order.append))
            await until(lambda: len(order) == 3)
        assert order == [ChildEnded(1), Replied("again"), Replied("next")]

    run_in(factory, body)


async def stand_still(request: Asked) -> None:
    """Let time pass until the child of a request has been killed for doing nothing."""
    await pid_of(request)
    while request.result is None:
        advance_loop_time(600)
        await loop_has_read()


async def test_a_child_that_does_nothing_about_its_request_is_killed() -> None:
    async with running_pool(standstill_seconds=600) as pool:
        idle, next_ = Asked(pool, "hang"), Asked(pool, "echo", 1)
        pid = await pid_of(idle)
        await stand_still(idle)
        assert idle.result == ChildEnded(KILLED, timed_out=True)
        await until(lambda: next_.result == Replied(1) and pid not in pool.pids)


async def test_a_reply_that_has_come_when_the_time_is_up_counts() -> None:
    printed: list[str] = []
    async with running_pool(standstill_seconds=600, on_printed=lambda _, line: printed.append(line)) as pool:
        await reply(pool, "echo", 1)
        quick = Asked(pool, "reply and print", "in time")
        assert quick.child is not None
        quick.child.stdout.pause()  # as a server that stands still
        await until(lambda: printed == ["replied"])
        await stand_still(quick)
        assert quick.result == Replied("in time")


async def test_a_child_that_works_is_never_killed() -> None:
    async with running_pool(standstill_seconds=600) as pool:
        working = Asked(pool, "work")
        pid = await pid_of(working)
        for _ in range(5):
            used = processor_seconds(pid)
            await until(lambda used=used: processor_seconds(pid) != used)
            advance_loop_time(600)
            await loop_has_read()
        assert working.child is not None
        assert working.child.usable


@pytest.mark.parametrize(("inherited", "given"), [(None, {"A", "B", "C"}), (("B", "NONE"), {"B", "C"}), ((), {"C"})])
async def test_a_child_gets_the_variables_that_it_is_meant_to_get(
    inherited: tuple[str, ...] | None, given: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {"A": "a", "B": "b"})
    pool = ProcessPool("The child", ("a.module",), 1, inherited=inherited, environment={"C": "c"})
    assert pool.environment == {name: name.lower() for name in given}


async def test_a_child_that_has_ended_when_the_time_is_up_was_not_killed_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noticing, wait = threading.Event(), process.Popen.wait
    monkeypatch.setattr(process.Popen, "wait", lambda popen: noticing.wait() and wait(popen))
    async with running_pool(standstill_seconds=600) as pool:
        await reply(pool, "echo", 1)
        ending = Asked(pool, "exit", 3)
        assert ending.child is not None
        ending.child.stdout.pause()
        pid = ending.child.pid
        await until(lambda: not alive(pid))
        for _ in range(2):
            advance_loop_time(600)
            await loop_has_read()
        noticing.set()
        await until(lambda: ending.result is not None)
        assert ending.result == ChildEnded(3)


@pytest.mark.parametrize(("how", "cause"), [("exit", "The child ended: exit status 5"), ("refuse", "not today")])
async def test_each_failed_start_is_the_result_of_one_queued_request(how: str, cause: str) -> None:
    async with running_pool(2, how) as pool:
        queued = [Asked(pool, "echo", number) for number in range(5)]
        await until(lambda: all(request.result is not None for request in queued))
        assert {request.result for request in queued} == {StartFailed(cause)}


async def test_a_child_that_takes_too_long_to_start_is_killed() -> None:
    async with running_pool(1, "hang") as pool:
        queued = Asked(pool, "echo", 1)
        (first,) = pool.pids
        advance_loop_time(module.START_SECONDS_MAX)
        await until(lambda: first not in pool.pids)
        assert queued.result == StartFailed("The child took more than 60 seconds")


async def test_a_process_that_the_system_cannot_start_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object, **__: object) -> None:
        raise OSError(11, "no room")

    monkeypatch.setattr(process, "Popen", no_room)
    async with running_pool(2) as pool:
        results = await asyncio.gather(*(pool.ask(["echo", 1]) for _ in range(5)))
        assert set(results) == {StartFailed("The child cannot be started: [Errno 11] no room", by_system=True)}


async def test_without_room_for_one_more_child_requests_wait_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object, **__: object) -> None:
        raise OSError(24, "Too many open files")

    popen = process.Popen
    async with running_pool(2) as pool:
        first = await reply(pool, "process")
        hanging = asyncio.create_task(pool.ask(["hang"]))
        await asyncio.sleep(0)  # the task runs up to its first wait
        monkeypatch.setattr(process, "Popen", no_room)
        with structlog.testing.capture_logs() as logged:
            waiting = Asked(pool, "process")
        assert [entry["event"] for entry in logged] == ["child not started"]
        assert (waiting.result, pool.pids) == (None, {first})
        monkeypatch.setattr(process, "Popen", popen)
        advance_loop_time(module.ROOM_SECONDS)
        await until(lambda: waiting.result is not None)
        assert isinstance(waiting.result, Replied)
        assert waiting.result.message != first
        hanging.cancel()


@pytest.mark.parametrize("how", ["exit", "refuse"])
async def test_a_failed_start_is_tried_again_after_a_pause(how: str) -> None:
    async with running_pool(1, how, retry_seconds=600, spare=1) as pool:
        with structlog.testing.capture_logs() as logged:
            waiting = Asked(pool, "echo", 1)
            await until(lambda: not pool.pids)
        assert [entry["event"] for entry in logged] == ["child not started"]
        Asked(pool, "echo", 2)
        assert not pool.pids
        pool.argv = (*pool.argv[:-1], "")
        advance_loop_time(600)
        await until(lambda: waiting.result is not None)
        assert waiting.result == Replied(1)


@both_loops
def test_lines_come_with_the_label_of_the_last_request(factory: Factory) -> None:
    async def body() -> None:
        printed: list[tuple[str, str]] = []
        async with running_pool(on_printed=lambda label, line: printed.append((label, line))) as pool:
            await pool.ask(["print", "first\n"], "one")
            await until(lambda: len(printed) == 1)
            await pool.ask(["print", "second\n"], "two")
            await until(lambda: len(printed) == 2)
        assert printed == [("one", "first"), ("two", "second")]

    run_in(factory, body)


@both_loops
def test_shutting_down_kills_all_and_reports_what_was_under_way(factory: Factory) -> None:
    async def body() -> None:
        async with running_pool(2) as pool:
            hanging, queued = [Asked(pool, "hang") for _ in range(2)], Asked(pool, "echo", 1)
            pids = [await pid_of(request) for request in hanging]
            await pool.shut_down()
            assert [request.result for request in hanging] == [ChildEnded(KILLED)] * 2
            assert queued.result is None
            for pid in pids:
                with pytest.raises(ProcessLookupError):
                    os.kill(pid, 0)

    run_in(factory, body)


@both_loops
def test_killing_all_gives_no_result(factory: Factory) -> None:
    async def body() -> None:
        async with running_pool() as pool:
            hanging, queued = Asked(pool, "hang"), Asked(pool, "echo", 1)
            await pid_of(hanging)
            pool.kill_all()
            await until(lambda: not pool.pids)
            assert (hanging.result, queued.result) == (None, None)

    run_in(factory, body)


async def test_a_child_takes_no_module_of_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise RuntimeError('the json of the working directory')")
    (tmp_path / "statemachine").mkdir()
    (tmp_path / "statemachine" / "__init__.py").write_text("raise RuntimeError('another statemachine')")
    monkeypatch.chdir(tmp_path)
    async with running_pool() as pool:
        assert await reply(pool, "echo", 1) == 1


async def test_a_child_runs_the_package_of_the_server_although_it_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pool = ProcessPool("The child", ("statemachine.tasks.functions.worker", "text=json:dumps"), 1)
    pool.argv = (sys.executable, "-S", *pool.argv[1:])  # without the directory in which the package is installed
    monkeypatch.setitem(pool.environment, "PYTHONPATH", os.pathsep.join(_libraries()))
    try:
        assert await pool.ask({"type": "ListFunctions"}) == Replied({"names": ["text"], "files": []})
    finally:
        await pool.shut_down()


def _libraries() -> list[str]:
    """The search path without the place of the package."""
    return [place for place in sys.path if place and place != ROOT]
