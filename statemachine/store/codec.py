"""The form of a value on disk: JSON text, then a CRC-32 in four bytes (SQLite keeps no checksums of its own).

Nothing is pickled. A value with a wrong checksum is refused before it is parsed. The checksum of a row covers its key
too, because a damaged index leads to undamaged values of other rows.
"""

from __future__ import annotations

from typing import Any
from zlib import crc32

from statemachine.json_text import dump, load
from statemachine.store.interface import StoreDamaged

_CHECKSUM_SIZE = 4
_RESIDUE = 0x2144DF1C
"""The CRC-32 of any bytes followed by their own CRC-32. So one call checks a value."""


def seal(text: bytes, key: str = "") -> bytes:
    """The JSON bytes followed by a checksum of their key and of themselves."""
    return text + crc32(text, crc32(key.encode())).to_bytes(_CHECKSUM_SIZE, "little")


def unseal(sealed: bytes, key: str = "") -> bytes:
    """The JSON bytes that were sealed with that key. Raises StoreDamaged if the checksum is wrong."""
    if not isinstance(sealed, bytes) or crc32(sealed, crc32(key.encode())) != _RESIDUE:
        raise StoreDamaged(f"the stored value{f' of {key!r}' if key else ''} is not what was written")
    return sealed[:-_CHECKSUM_SIZE]


def encode(value: Any) -> bytes:
    """A JSON value in its form on disk, sealed without a key."""
    return seal(dump(value).encode())


def decode(sealed: bytes) -> Any:
    """The JSON value that `encode` was given. Raises StoreDamaged."""
    return load(unseal(sealed))
