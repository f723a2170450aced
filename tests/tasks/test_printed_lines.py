"""Printed bytes become lines, at a bounded pace."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from statemachine.tasks.printed_lines import LINE_BYTES_MAX, LINES_AT_ONCE, PAUSE_SECONDS, PrintedLines


class Pipe:
    """Notes whether it is read from."""

    def __init__(self) -> None:
        self.reading = True

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


def lines_of(*pieces: bytes) -> list[str]:
    """What is emitted for these pieces and then the end."""
    lines: list[str] = []

    async def body() -> None:
        printed = PrintedLines(cast(asyncio.ReadTransport, Pipe()), lines.append)
        for piece in pieces:
            printed.feed(piece)
        printed.end()

    asyncio.run(body())
    return lines


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
def test_lines(pieces: list[bytes], lines: list[str]) -> None:
    assert lines_of(*pieces) == lines


def test_pipe_rests_while_there_are_too_many_lines() -> None:
    async def body() -> None:
        lines: list[str] = []
        pipe = Pipe()
        printed = PrintedLines(cast(asyncio.ReadTransport, pipe), lines.append)
        printed.feed(b"line\n" * (LINES_AT_ONCE + 5))
        assert (len(lines), pipe.reading) == (LINES_AT_ONCE, False)
        printed.feed(b"more\n")
        assert len(lines) == LINES_AT_ONCE
        await asyncio.sleep(PAUSE_SECONDS * 1.5)
        assert (lines[-1], len(lines), pipe.reading) == ("more", LINES_AT_ONCE + 6, True)

    asyncio.run(body())
