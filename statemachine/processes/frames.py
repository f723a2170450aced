"""Messages between the server and its child processes: a length and a number in four bytes each, then JSON.

A reply repeats the number of its request, so it is never taken for the reply to another one. Must not know the meaning
of a message.
"""

from __future__ import annotations

import struct
from typing import Any, BinaryIO, TypeAlias

from statemachine.json_text import dump, load

JsonValue: TypeAlias = Any
"""What JSON text stands for: a dict with texts as keys, a list, a text, a number, a boolean or None."""
FRAME_BYTES_MAX = 64 * 1024 * 1024
"""The largest message that the server reads. A child that announces a longer one is broken."""

START_NUMBER = FRAME_BYTES_MAX + 1
"""The number of the first message, with which a child says that it is ready. The requests have the numbers after it. No
length is so large, so a length is never taken for a number."""

_HEAD = struct.Struct(">II")


def pack(number: int, message: JsonValue) -> bytes:
    """The frame of a message."""
    body = dump(message).encode()
    return _HEAD.pack(len(body), number) + body


def read(stream: BinaryIO) -> tuple[int, JsonValue]:
    """The number and the next message of a blocking stream. Raises EOFError at its end, also in the middle of a
    message."""
    length, number = _HEAD.unpack(_read_exactly(stream, _HEAD.size))
    return number, load(_read_exactly(stream, length))


def write(stream: BinaryIO, number: int, message: JsonValue) -> None:
    """Send a message through a blocking stream."""
    stream.write(pack(number, message))
    stream.flush()


class ReplyReader:
    """Puts replies together from bytes as they arrive. The first one has START_NUMBER, each later one is expected."""

    def __init__(self) -> None:
        self._number: int | None = START_NUMBER
        self._buffer = bytearray()

    def expect(self, number: int) -> None:
        """The next reply has this number. The reply before it must be complete."""
        self._number = number

    def feed(self, data: bytes) -> list[JsonValue]:
        """The expected reply if it is complete now, else nothing.

        Raises ValueError as soon as the bytes cannot be that reply: they come unexpectedly, have another number,
        announce more than FRAME_BYTES_MAX or are not JSON.
        """
        self._buffer += data
        replies = []
        if self._number is not None and len(self._buffer) >= _HEAD.size:
            length, number = _HEAD.unpack_from(self._buffer)
            if length > FRAME_BYTES_MAX:
                raise ValueError(f"a message of {length} bytes, more than {FRAME_BYTES_MAX}")
            if number != self._number:
                raise ValueError(f"a reply with the number {number}, not {self._number}")
            end = _HEAD.size + length
            if len(self._buffer) >= end:
                replies.append(load(bytes(self._buffer[_HEAD.size : end])))
                del self._buffer[:end]
                self._number = None
        if self._number is None and self._buffer:
            raise ValueError("bytes that are no reply to a request")
        return replies


def _read_exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data
