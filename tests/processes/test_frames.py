"""Length-prefixed JSON, whole and in pieces."""

from __future__ import annotations

import io
import struct

import pytest

from statemachine.processes import frames

MESSAGES = [{"a": "é\n"}, [], "", None, {"deep": [[[1.5]]]}]


def test_a_blocking_stream_returns_the_messages_that_were_written() -> None:
    stream = io.BytesIO()
    for message in MESSAGES:
        frames.write(stream, message)
    stream.seek(0)
    assert [frames.read(stream) for _ in MESSAGES] == MESSAGES
    with pytest.raises(EOFError):
        frames.read(stream)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
def test_messages_arrive_in_pieces_of_any_size(size: int) -> None:
    data = b"".join(frames.pack(message) for message in MESSAGES)
    reader = frames.FrameReader()
    arrived = [message for at in range(0, len(data), size) for message in reader.feed(data[at : at + size])]
    assert arrived == MESSAGES


@pytest.mark.parametrize("cut", [1, 4, 6])
def test_a_stream_that_ends_inside_a_message_raises_eof(cut: int) -> None:
    with pytest.raises(EOFError):
        frames.read(io.BytesIO(frames.pack("message")[:cut]))


def test_a_length_beyond_the_limit_is_refused_before_the_body_arrives() -> None:
    with pytest.raises(ValueError, match=str(frames.FRAME_BYTES_MAX + 1)):
        frames.FrameReader().feed(struct.pack(">I", frames.FRAME_BYTES_MAX + 1))


def test_a_body_that_is_not_json_is_refused() -> None:
    with pytest.raises(ValueError, match="malformed"):
        frames.FrameReader().feed(struct.pack(">I", 3) + b"{x}")
