"""One child process: its messages, its end, and the end of its group. Real processes in both event loops."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import struct
import sys
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from statemachine.processes import frames, process
from statemachine.processes.child_process import ChildProcess
from statemachine.processes.frames import FRAME_BYTES_MAX
from tests.processes.loops import both_loops, run_in
from tests.processes.waiting import alive, until

NUMBER = frames.START_NUMBER + 1
"""The number of the first request."""
Factory = Callable[[], asyncio.AbstractEventLoop]


class Child(ChildProcess):
    """Keeps all messages, lines and exit statuses."""

    def __init__(self) -> None:
        super().__init__((sys.executable, "-m", "tests.processes.child"), os.environ)
        self.messages: list[Any] = []
        self.lines: list[str] = []
        self.statuses: list[int] = []

    def on_received(self, message: Any) -> None:
        self.messages.append(message)

    def on_printed(self, line: str) -> None:
        self.lines.append(line)

    def on_ended(self, status: int) -> None:
        self.statuses.append(status)

    async def reply(self, *message: Any) -> Any:
        """Its reply to a message."""
        count = len(self.messages)
        self.send(message)
        await until(lambda: len(self.messages) > count)
        return self.messages[-1]

    async def end(self) -> int:
        """Its exit status, when it has ended."""
        await until(lambda: self.statuses != [])
        return self.statuses[0]


async def ready() -> Child:
    child = Child()
    await until(lambda: child.messages == [None])
    return child


@both_loops
def test_a_child_replies_until_it_is_killed(factory: Factory) -> None:
    async def body() -> None:
        child = await ready()
        assert await child.reply("echo", {"é": [1, None]}) == {"é": [1, None]}
        assert (await child.reply("process"), os.getpgid(child.pid), os.getsid(child.pid)) == (child.pid,) * 3
        assert child.usable
        child.kill()
        assert not child.usable
        assert await child.end() == -signal.SIGKILL
        with pytest.raises(ProcessLookupError):
            os.kill(child.pid, 0)

    run_in(factory, body)


@both_loops
def test_messages_larger_than_a_pipe_pass_both_ways(factory: Factory) -> None:
    async def body() -> None:
        child, text = await ready(), "x" * 3_000_000
        assert await child.reply("echo", text) == text
        child.kill()
        await child.end()

    run_in(factory, body)


@both_loops
@pytest.mark.parametrize(
    ("message", "status"), [(("exit", 0), 0), (("exit", 3), 3), (("crash",), -signal.SIGSEGV), (("no command",), 1)]
)
def test_the_exit_status_is_reported(factory: Factory, message: tuple[Any, ...], status: int) -> None:
    async def body() -> None:
        child = await ready()
        child.send(message)
        assert await child.end() == status
        assert child.messages == [None]
        child.kill()
        assert child.statuses == [status]

    run_in(factory, body)


@both_loops
def test_the_last_reply_is_read_after_the_exit(factory: Factory) -> None:
    async def body() -> None:
        child = await ready()
        child.send(["reply and exit", "last"])
        while alive(child.pid):
            time.sleep(0.001)  # blocks the loop, so that it notices the exit first
        assert await child.end() == 0
        assert child.messages == [None, "last"]

    run_in(factory, body)


@both_loops
@pytest.mark.parametrize("message", ["close replies", "stop reading"])
def test_a_process_without_its_pipe_is_killed(factory: Factory, message: str) -> None:
    async def body() -> None:
        child = await ready()
        child.send([message])
        if message == "stop reading":
            await until(lambda: len(child.messages) == 2)
            child.send(["echo", 1])
        await until(lambda: not child.usable)
        assert await child.end() == -signal.SIGKILL

    run_in(factory, body)


@both_loops
def test_the_end_is_reported_although_another_process_holds_the_pipes(factory: Factory) -> None:
    async def body() -> None:
        child = await ready()
        left = await child.reply("leave behind", True, "exit")
        try:
            await until(lambda: not child.usable)
            assert not child.stdout.closed
            assert await child.end() == 1
            assert alive(left)
        finally:
            os.kill(left, signal.SIGKILL)

    run_in(factory, body)


@both_loops
@pytest.mark.parametrize("then", ["exit", "live on"])
def test_its_group_ends_with_it(factory: Factory, then: str) -> None:
    async def body() -> None:
        child = await ready()
        left = await child.reply("leave behind", False, then)
        if then == "live on":
            child.kill()
        assert await child.end() == (1 if then == "exit" else -signal.SIGKILL)
        await until(lambda: not alive(left))

    run_in(factory, body)


@both_loops
@pytest.mark.parametrize(
    "data",
    [
        struct.pack(">II", FRAME_BYTES_MAX + 1, NUMBER),
        struct.pack(">II", 3, NUMBER) + b"{x}",
        frames.pack(NUMBER, "one") + frames.pack(NUMBER, "more"),
        frames.pack(NUMBER + 1, "to the next request"),
        frames.pack(NUMBER - 1, "to an earlier request"),
        struct.pack(">I", 1000),  # half a head, which the reply then completes
    ],
)
def test_an_invalid_frame_kills_the_child(factory: Factory, data: bytes) -> None:
    async def body() -> None:
        child = await ready()
        child.send(["write", data.decode("latin-1")])
        assert await child.end() == -signal.SIGKILL
        assert child.messages == [None]

    run_in(factory, body)


@both_loops
def test_lines_are_forwarded_up_to_the_end(factory: Factory) -> None:
    async def body() -> None:
        child = await ready()
        await child.reply("print", "one\ntwo")
        await until(lambda: child.lines == ["one"])
        child.send(["exit", 0])
        await child.end()
        assert child.lines == ["one", "two"]

    run_in(factory, body)


@both_loops
@pytest.mark.parametrize("how", ["exit", "kill"])
def test_a_process_that_has_ended_is_freed_without_a_garbage_collection(factory: Factory, how: str) -> None:
    async def body() -> None:
        child = await ready()
        await child.reply("print", "one\ntwo")
        if how == "kill":
            child.kill()
        else:
            child.send(["exit", 0])
        await child.end()
        assert child.lines == ["one", "two"]
        freed = weakref.ref(child)
        del child
        await until(lambda: freed() is None)

    gc.collect()
    gc.disable()
    try:
        run_in(factory, body)
    finally:
        gc.enable()


@both_loops
def test_a_missing_program_raises_oserror(factory: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/at/all")

    async def body() -> None:
        with pytest.raises(OSError, match="No such file or directory"):
            Child()

    run_in(factory, body)


@both_loops
def test_a_failed_start_of_the_waiting_thread_raises_oserror_and_leaves_no_process(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []
    popen = process.Popen

    def start_process(*arguments: Any, **options: Any) -> Any:
        started.append(popen(*arguments, **options))
        return started[0]

    def start_thread(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(process, "Popen", start_process)
    monkeypatch.setattr(threading.Thread, "start", start_thread)

    async def body() -> None:
        with pytest.raises(OSError, match="can't start new thread"):
            Child()
        (left,) = started
        await until(lambda: not alive(left.pid))
        assert (left.stdin.closed, left.stdout.closed, left.stderr.closed) == (True, True, True)

    run_in(factory, body)
