"""Length-prefixed JSON, whole and in pieces."""

from __future__ import annotations

import io
import struct

import pytest

from statemachine.processes import frames

NUMBER = frames.START_NUMBER
MESSAGES = [{"a": "é\n"}, [], "", None, {"deep": [[[1.5]]]}]


def test_a_blocking_stream_returns_the_messages_that_were_written() -> None:
    stream = io.BytesIO()
    for number, message in enumerate(MESSAGES):
        frames.write(stream, number, message)
    stream.seek(0)
    assert [frames.read(stream) for _ in MESSAGES] == list(enumerate(MESSAGES))
    with pytest.raises(EOFError):
        frames.read(stream)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9, 1000])
def test_replies_arrive_in_pieces_of_any_size(size: int) -> None:
    reader = frames.ReplyReader()
    for number, message in enumerate(MESSAGES, NUMBER):
        reader.expect(number)
        data = frames.pack(number, message)
        assert [reply for at in range(0, len(data), size) for reply in reader.feed(data[at : at + size])] == [message]
    assert reader.feed(b"") == []


def test_the_first_reply_is_expected_from_the_beginning() -> None:
    assert frames.ReplyReader().feed(frames.pack(frames.START_NUMBER, "ready")) == ["ready"]


@pytest.mark.parametrize("cut", [1, 4, 6, 10])
def test_a_stream_that_ends_inside_a_message_raises_eof(cut: int) -> None:
    with pytest.raises(EOFError):
        frames.read(io.BytesIO(frames.pack(NUMBER, "message")[:cut]))


def test_a_length_beyond_the_limit_is_refused_before_the_body_arrives() -> None:
    with pytest.raises(ValueError, match=str(frames.FRAME_BYTES_MAX + 1)):
        frames.ReplyReader().feed(struct.pack(">II", frames.FRAME_BYTES_MAX + 1, NUMBER))


def test_a_body_that_is_not_json_is_refused() -> None:
    with pytest.raises(ValueError, match="malformed"):
        frames.ReplyReader().feed(struct.pack(">II", 3, NUMBER) + b"{x}")


@pytest.mark.parametrize("number", [0, NUMBER - 1, NUMBER + 1, 2**32 - 1])
def test_a_foreign_number_is_refused_before_the_body_arrives(number: int) -> None:
    with pytest.raises(ValueError, match=f"the number {number}, not {NUMBER}"):
        frames.ReplyReader().feed(struct.pack(">II", 1000, number))


@pytest.mark.parametrize("stray", range(1, 12))
def test_bytes_before_a_reply_are_not_taken_for_a_part_of_it(stray: int) -> None:
    with pytest.raises(ValueError, match="number"):
        frames.ReplyReader().feed(b"\0" * stray + frames.pack(NUMBER, "message"))


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("more", [b"x", frames.pack(NUMBER, "again")])
def test_bytes_after_the_reply_are_refused(more: bytes, later: bool) -> None:
    reader, reply = frames.ReplyReader(), frames.pack(NUMBER, "message")
    if later:
        assert reader.feed(reply) == ["message"]
    with pytest.raises(ValueError, match="no reply to a request"):
        reader.feed(more if later else reply + more)
