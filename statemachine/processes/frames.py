"""Messages between the server and its child processes: a length in four bytes, then that many bytes of JSON.

Must not know the meaning of a message.
"""

from __future__ import annotations

import struct
from typing import Any, BinaryIO, TypeAlias

from statemachine.json_text import dump, load

JsonValue: TypeAlias = Any
"""What JSON text stands for: a dict with texts as keys, a list, a text, a number, a boolean or None."""
FRAME_BYTES_MAX = 64 * 1024 * 1024
"""The largest message that the server reads. A child that announces a longer one is broken."""

_LENGTH = struct.Struct(">I")


def pack(message: JsonValue) -> bytes:
    """The frame of a message."""
    body = dump(message).encode()
    return _LENGTH.pack(len(body)) + body


def read(stream: BinaryIO) -> JsonValue:
    """The next message of a blocking stream. Raises EOFError at its end, also in the middle of a message."""
    (length,) = _LENGTH.unpack(_read_exactly(stream, _LENGTH.size))
    return load(_read_exactly(stream, length))


def write(stream: BinaryIO, message: JsonValue) -> None:
    """Send a message through a blocking stream."""
    stream.write(pack(message))
    stream.flush()


class FrameReader:
    """Puts messages together from bytes as they arrive."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[JsonValue]:
        """The messages that are complete now. Raises ValueError for one above FRAME_BYTES_MAX or not JSON."""
        self._buffer += data
        messages = []
        while len(self._buffer) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer)
            if length > FRAME_BYTES_MAX:
                raise ValueError(f"a message of {length} bytes, more than {FRAME_BYTES_MAX}")
            end = _LENGTH.size + length
            if len(self._buffer) < end:
                break
            messages.append(load(bytes(self._buffer[_LENGTH.size : end])))
            del self._buffer[:end]
        return messages


def _read_exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data
