"""Printed bytes become lines, at a bounded pace."""

from __future__ import annotations

import asyncio
import os

import pytest

from statemachine.processes.pipes import LINE_BYTES_MAX, LINES_AT_ONCE, PAUSE_SECONDS, PrintedLines, ReadPipe
from tests.processes.loops import advance_loop_time, loop_has_read


class Printer:
    """A pipe whose lines are kept. The test writes to its other end."""

    def __init__(self) -> None:
        reading, self._writing = os.pipe()
        self.lines: list[str] = []
        self.closed = asyncio.Event()
        self.pipe = ReadPipe(os.fdopen(reading, "rb", 0), self.closed.set)
        PrintedLines(self.pipe, self.lines.append)

    async def write(self, data: bytes) -> None:
        """Write, and return when the loop has read the bytes, unless it has paused."""
        os.write(self._writing, data)
        await loop_has_read()

    def close(self) -> None:
        """Close the end that the test writes to."""
        os.close(self._writing)


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        ([b"one\ntwo\n"], ["one", "two"]),
        ([b"on", b"e\n", b"\n", b"two"], ["one", "", "two"]),
        ([], []),
        (["é".encode()[:1], "é".encode()[1:], b"\n"], ["é"]),
        ([b"\xff\n"], ["\ufffd"]),
        ([b"x" * (LINE_BYTES_MAX + 1) + b"\n"], ["x" * LINE_BYTES_MAX, "x"]),
        ([b"x" * LINE_BYTES_MAX + b"\ny"], ["x" * LINE_BYTES_MAX, "y"]),
        ([b"x" * LINE_BYTES_MAX, b"\ny"], ["x" * LINE_BYTES_MAX, "y"]),
        ([b"x" * LINE_BYTES_MAX], ["x" * LINE_BYTES_MAX]),
    ],
)
async def test_bytes_are_split_into_lines_of_bounded_length(pieces: list[bytes], lines: list[str]) -> None:
    printer = Printer()
    for piece in pieces:
        await printer.write(piece)
    printer.close()
    await printer.closed.wait()
    assert printer.lines == lines


async def test_a_pipe_is_not_read_for_a_pause_after_too_many_lines() -> None:
    printer = Printer()
    await printer.write(b"line\n" * (LINES_AT_ONCE + 5))
    await printer.write(b"more\nlast")
    printer.close()
    assert len(printer.lines) == LINES_AT_ONCE
    advance_loop_time(PAUSE_SECONDS)
    await printer.closed.wait()
    assert printer.lines == ["line"] * (LINES_AT_ONCE + 5) + ["more", "last"]


async def test_lines_that_are_left_at_the_end_come_after_their_pause() -> None:
    printer = Printer()
    await printer.write(b"line\n" * LINES_AT_ONCE * 3 + b"last")
    printer.close()
    printer.pipe.close()
    seen = [len(printer.lines)]
    for _ in range(3):
        advance_loop_time(PAUSE_SECONDS)
        await loop_has_read()
        seen.append(len(printer.lines))
    assert seen == [LINES_AT_ONCE, LINES_AT_ONCE * 2, LINES_AT_ONCE * 3, LINES_AT_ONCE * 3 + 1]
    assert printer.lines[-1] == "last"


async def test_a_pipe_that_is_finished_is_read_before_it_is_closed() -> None:
    printer = Printer()
    printer.pipe.pause()
    await printer.write(b"one\ntwo")
    assert printer.lines == []
    printer.pipe.finish()
    assert (printer.lines, printer.closed.is_set()) == (["one", "two"], True)
    printer.close()


async def test_a_pipe_that_was_not_started_can_be_closed() -> None:
    reading, writing = os.pipe()
    ended: list[bool] = []
    pipe = ReadPipe(os.fdopen(reading, "rb", 0), lambda: ended.append(True))
    pipe.close()
    pipe.close()
    os.close(writing)
    assert ended == [True]
