"""The end of what a process has printed, up to a number of bytes. Must not know the process."""

from __future__ import annotations


class PrintedTail:
    """Keeps the last `bytes_max` bytes; `cut` counts those before them."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._tail = bytearray()
        self._count = 0

    def add(self, data: bytes) -> None:
        """More was printed."""
        self._count += len(data)
        self._tail += data
        if len(self._tail) > 2 * self._bytes_max:  # not each time, because that copies what stays
            del self._tail[: -self._bytes_max]

    @property
    def cut(self) -> int:
        """How many bytes are not kept."""
        return max(self._count - self._bytes_max, 0)

    @property
    def text(self) -> str:
        """The bytes that are kept, as text."""
        return bytes(self._tail[-self._bytes_max :]).decode(errors="replace")
