"""One child process: its messages, its end, and the end of its group. Real processes in both event loops."""

from __future__ import annotations

import asyncio
import os
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from statemachine.processes import frames
from statemachine.processes.child_process import ChildProcess
from statemachine.processes.frames import FRAME_BYTES_MAX
from tests.processes.loops import both_loops, run_in
from tests.processes.waiting import alive, until

Factory = Callable[[], asyncio.AbstractEventLoop]


class Child(ChildProcess):
    """Keeps all messages, lines and exit statuses."""

    def __init__(self) -> None:
        super().__init__((sys.executable, "-m", "tests.processes.child"), os.environ)
        self.messages: list[Any] = []
        self.lines: list[str] = []
        self.statuses: list[int] = []

    def received(self, message: Any) -> None:
        self.messages.append(message)

    def printed(self, line: str) -> None:
        self.lines.append(line)

    def ended(self, status: int) -> None:
        self.statuses.append(status)

    async def answer(self, *message: Any) -> Any:
        """Its answer to a message."""
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
def test_it_answers_and_is_killed(factory: Factory) -> None:
    async def body() -> None:
        child = await ready()
        assert await child.answer("echo", {"é": [1, None]}) == {"é": [1, None]}
        assert (await child.answer("process"), os.getpgid(child.pid), os.getsid(child.pid)) == (child.pid,) * 3
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
        assert await child.answer("echo", text) == text
        child.kill()
        await child.end()

    run_in(factory, body)


@both_loops
@pytest.mark.parametrize(
    ("message", "status"), [(("exit", 0), 0), (("exit", 3), 3), (("crash",), -signal.SIGSEGV), (("no deed",), 1)]
)
def test_it_ends_by_itself(factory: Factory, message: tuple[Any, ...], status: int) -> None:
    async def body() -> None:
        child = await ready()
        child.send(message)
        assert await child.end() == status
        assert child.messages == [None]
        await asyncio.sleep(0)
        child.kill()
        assert child.statuses == [status]

    run_in(factory, body)


@both_loops
def test_the_last_answer_is_read_though_the_process_is_gone(factory: Factory) -> None:
    async def body() -> None:
        child = await ready()
        child.send(["answer and exit", "last"])
        while alive(child.pid):
            time.sleep(0.001)  # holds the loop, so that it hears of the exit first
        assert await child.end() == 0
        assert child.messages == [None, "last"]

    run_in(factory, body)


@both_loops
@pytest.mark.parametrize("message", ["close answers", "stop reading"])
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
def test_the_end_is_told_though_another_process_holds_the_pipes(factory: Factory) -> None:
    async def body() -> None:
        child = await ready()
        left = await child.answer("leave behind", True, "exit")
        try:
            assert await child.end() == 1
            assert alive(left)
        finally:
            os.kill(left, signal.SIGKILL)

    run_in(factory, body)


@both_loops
@pytest.mark.parametrize("then", ["exit", "go on"])
def test_its_group_ends_with_it(factory: Factory, then: str) -> None:
    async def body() -> None:
        child = await ready()
        left = await child.answer("leave behind", False, then)
        if then == "go on":
            child.kill()
        assert await child.end() == (1 if then == "exit" else -signal.SIGKILL)
        await until(lambda: not alive(left))

    run_in(factory, body)


@both_loops
@pytest.mark.parametrize(
    "data",
    [
        struct.pack(">I", FRAME_BYTES_MAX + 1),
        struct.pack(">I", 3) + b"{x}",
        frames.pack("one") + frames.pack("more"),
    ],
)
def test_a_process_that_writes_nonsense_is_killed_and_not_heard(factory: Factory, data: bytes) -> None:
    async def body() -> None:
        child = await ready()
        child.send(["write", data.decode("latin-1")])
        assert await child.end() == -signal.SIGKILL
        assert child.messages == [None]

    run_in(factory, body)


@both_loops
def test_what_it_prints_is_forwarded_up_to_its_end(factory: Factory) -> None:
    async def body() -> None:
        child = await ready()
        await child.answer("print", "one\ntwo")
        await until(lambda: child.lines == ["one"])
        child.send(["exit", 0])
        await child.end()
        assert child.lines == ["one", "two"]

    run_in(factory, body)


@both_loops
def test_what_cannot_be_started(factory: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/at/all")

    async def body() -> None:
        with pytest.raises(OSError, match="No such file or directory"):
            Child()

    run_in(factory, body)


@both_loops
def test_without_room_for_the_thread_that_waits_for_it_nothing_is_left(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []

    def no_room(thread: threading.Thread) -> None:
        started.append(thread._target.__self__.pid)  # type: ignore[attr-defined]
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_room)

    async def body() -> None:
        with pytest.raises(OSError, match="can't start new thread"):
            Child()
        await until(lambda: not alive(started[0]))

    run_in(factory, body)
