"""Core and query are pure (law 1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.package import imports, modules, shown

PURE = ["times", "query", "core"]
FORBIDDEN_IN_PURE = {
    "asyncio", "concurrent", "datetime.now", "logging", "os", "pathlib", "random", "secrets", "shutil", "socket",
    "sqlite3", "structlog", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "urllib3",
}  # fmt: skip
"""Modules that read a clock, draw randomness, do I/O or know the process."""


@pytest.mark.parametrize("path", modules(*PURE), ids=shown)
def test_core_and_query_are_pure(path: Path) -> None:
    for name in imports(path):
        assert name.split(".")[0] not in FORBIDDEN_IN_PURE, f"{path} imports {name}"
