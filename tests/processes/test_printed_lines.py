"""Printed bytes become lines, at a bounded pace."""

from __future__ import annotations

import asyncio
import os

import pytest

from statemachine.processes.pipes import LINE_BYTES_MAX, LINES_AT_ONCE, PAUSE_SECONDS, PrintedLines, ReadPipe
from tests.processes.loops import skip


async def turns(count: int = 5) -> None:
    """Let the loop take all that is in its pipes."""
    for _ in range(count):
        await asyncio.sleep(0)


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
    ],
)
async def test_lines(pieces: list[bytes], lines: list[str]) -> None:
    reading, writing = os.pipe()
    emitted: list[str] = []
    pipe = ReadPipe(os.fdopen(reading, "rb", 0), lambda: None)
    PrintedLines(pipe, emitted.append)
    for piece in pieces:
        os.write(writing, piece)
        await turns()
    os.close(writing)
    while not pipe.closed:
        await asyncio.sleep(0)
    assert emitted == lines


async def test_pipe_is_not_read_while_there_are_too_many_lines() -> None:
    reading, writing = os.pipe()
    emitted: list[str] = []
    pipe = ReadPipe(os.fdopen(reading, "rb", 0), lambda: None)
    PrintedLines(pipe, emitted.append)
    os.write(writing, b"line\n" * (LINES_AT_ONCE + 5))
    await turns()
    os.write(writing, b"more\nlast")
    os.close(writing)
    seen = len(emitted)
    skip(PAUSE_SECONDS)
    while not pipe.closed:
        await asyncio.sleep(0)
    assert seen == LINES_AT_ONCE
    assert emitted == ["line"] * (LINES_AT_ONCE + 5) + ["more", "last"]


async def test_lines_that_are_left_at_the_end_come_after_their_pause() -> None:
    reading, writing = os.pipe()
    emitted: list[str] = []
    pipe = ReadPipe(os.fdopen(reading, "rb", 0), lambda: None)
    PrintedLines(pipe, emitted.append)
    os.write(writing, b"line\n" * LINES_AT_ONCE * 3 + b"last")
    os.close(writing)
    await turns()
    pipe.close()
    seen = []
    for _ in range(4):
        seen.append(len(emitted))
        skip(PAUSE_SECONDS)
        await turns()
    assert seen == [LINES_AT_ONCE, LINES_AT_ONCE * 2, LINES_AT_ONCE * 3, LINES_AT_ONCE * 3 + 1]
    assert emitted[-1] == "last"
