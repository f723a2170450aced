"""How a value lies on disk: JSON text, then a CRC-32 in four bytes (SQLite keeps no checksums of its own).

Never pickle: what bears no right checksum is refused before anything reads it. The checksum of a row covers its key as
well, because damage in an index leads to sound values of other rows.
"""

from __future__ import annotations

from typing import Any
from zlib import crc32

from statemachine.json_text import dump, load
from statemachine.store.interface import StoreDamaged

_CHECKSUM_SIZE = 4
_RESIDUE = 0x2144DF1C
"""The CRC-32 of any bytes that are followed by their own CRC-32: one call checks a value."""


def seal(text: bytes, key: str = "") -> bytes:
    """JSON bytes with the checksum of them and of the key that they stand under."""
    return text + crc32(text, crc32(key.encode())).to_bytes(_CHECKSUM_SIZE, "little")


def unseal(sealed: bytes, key: str = "") -> bytes:
    """The JSON bytes that were sealed under that key. Raises StoreDamaged where these are not they."""
    if not isinstance(sealed, bytes) or crc32(sealed, crc32(key.encode())) != _RESIDUE:
        raise StoreDamaged(f"the stored value{f' of {key!r}' if key else ''} is not what was written")
    return sealed[:-_CHECKSUM_SIZE]


def encode(value: Any) -> bytes:
    """A JSON value as it lies on disk, without a key."""
    return seal(dump(value).encode())


def decode(sealed: bytes) -> Any:
    """The JSON value that was encoded. Raises StoreDamaged."""
    return load(unseal(sealed))
