"""The thread that writes log lines: nobody waits for a reader that stops, and what is lost is counted and told."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from threading import Event

import pytest

from statemachine import log_writer
from statemachine.log_writer import LogWriter

ENOUGH = 20.0


class Held:
    """A stream whose writes wait while it is held, as for a reader that stops. It may fail, or take nothing."""

    def __init__(self) -> None:
        self.free = Event()
        self.free.set()
        self.reached = Event()
        self.pieces: list[bytes] = []
        self.failing = False
        self.takes: Callable[[bytes], int | None] = len

    def write(self, data: bytes, /) -> int | None:
        self.reached.set()
        self.free.wait(ENOUGH)
        if self.failing:
            raise OSError("no reader")
        taken = self.takes(data)
        self.pieces.append(data[: taken or 0])
        return taken

    @property
    def lines(self) -> list[bytes]:
        return b"".join(self.pieces).splitlines()


@pytest.fixture
def stream() -> Iterator[Held]:
    """A stream that takes everything until a test says otherwise."""
    stream = Held()
    yield stream
    stream.free.set()


@pytest.fixture
def writer(stream: Held) -> LogWriter:
    """A writer that tells of lost lines in the stream itself."""

    def tell(lines: int) -> None:
        writer.msg(b"lost %d" % lines)

    writer = LogWriter(stream, tell)
    return writer


def hold(stream: Held, writer: LogWriter) -> None:
    """Let a line reach the stream, and stay there."""
    stream.free.clear()
    writer.msg(b"held")
    assert stream.reached.wait(ENOUGH)


def test_lines_are_written_whole_and_in_order(stream: Held, writer: LogWriter) -> None:
    lines = [b"line %d" % number for number in range(5_000)]
    for line in lines:
        writer.msg(line)
    writer.flush(ENOUGH)
    assert stream.lines == lines
    assert all(piece.endswith(b"\n") and len(piece) <= log_writer.PIECE_BYTES_MAX for piece in stream.pieces)


def test_a_line_that_is_longer_than_a_piece_is_written(stream: Held, writer: LogWriter) -> None:
    long = b"x" * (log_writer.PIECE_BYTES_MAX + 1)
    for line in (b"a", long, b"b"):
        writer.msg(line)
    writer.flush(ENOUGH)
    assert stream.lines == [b"a", long, b"b"]


def test_nobody_waits_for_a_reader_that_stops_and_lost_lines_are_told(stream: Held, writer: LogWriter) -> None:
    hold(stream, writer)
    long = b"x" * (log_writer.QUEUE_BYTES_MAX // 4)
    for _ in range(7):
        writer.msg(long)
    writer.flush(0)
    assert writer.dropped == 3
    stream.free.set()
    writer.flush(ENOUGH)
    assert stream.lines == [b"held", *[long] * 4, b"lost 3"]
    writer.msg(b"goes on")
    writer.flush(ENOUGH)
    assert stream.lines[-1] == b"goes on"
    assert writer.dropped == 3


def test_lines_that_cannot_be_written_are_lost_and_told_when_one_can(stream: Held, writer: LogWriter) -> None:
    stream.failing = True
    writer.msg(b"a")
    writer.flush(ENOUGH)
    assert writer.dropped == 1
    stream.failing = False
    writer.msg(b"b")
    writer.flush(ENOUGH)
    assert stream.lines == [b"b", b"lost 1"]


def test_a_stream_that_takes_a_part_or_nothing_gets_the_rest_later(stream: Held, writer: LogWriter) -> None:
    answers = iter([None, 2, None])
    stream.takes = lambda data: next(answers, len(data))
    writer.msg(b"abcdef")
    writer.flush(ENOUGH)
    assert stream.lines == [b"abcdef"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_a_forked_child_writes_its_own_lines_and_not_those_of_its_parent(stream: Held, writer: LogWriter) -> None:
    hold(stream, writer)
    writer.msg(b"of the parent")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        stream.write = lambda data: os.write(writing, data)  # type: ignore[method-assign]
        writer.msg(b"of the child")
        writer.flush(ENOUGH)
        os._exit(0)
    os.close(writing)
    assert os.waitpid(child, 0)[1] == 0
    with os.fdopen(reading, "rb") as written:
        assert written.read() == b"of the child\n"
    stream.free.set()
    writer.flush(ENOUGH)
    assert stream.lines == [b"held", b"of the parent"]
