"""A directory for tests in which nothing depends on a disk: syncs take most of a store's time."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

_IN_MEMORY = Path("/dev/shm")


def fast_directory() -> TemporaryDirectory[str]:
    """In memory where the system has such a place, else as usual."""
    return TemporaryDirectory(dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None)
