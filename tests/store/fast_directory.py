"""A directory for tests that need no disk. On a disk, syncs take most of a store's time."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

_IN_MEMORY = Path("/dev/shm")


def fast_directory() -> TemporaryDirectory[str]:
    """A temporary directory, in memory if the system has a file system in memory."""
    return TemporaryDirectory(dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None)
