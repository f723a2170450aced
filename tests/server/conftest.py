"""Fixtures: directories without a disk, and a server that is shared by tests which do not change it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.real_server import RealServer, serving
from tests.store.fast_directory import fast_directory


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty directory."""
    with fast_directory() as directory:
        yield Path(directory)


@pytest.fixture(scope="package")
def server() -> Iterator[RealServer]:
    """A server that several tests share."""
    with fast_directory() as directory, serving(Path(directory) / "data") as running:
        yield running


@pytest.fixture(scope="package", autouse=True)
def contender(server: RealServer) -> Iterator[RealServer]:
    """A second server on the directory of the first. It is started early, because it gives up only after a wait."""
    second = RealServer(server.data)
    yield second
    if second.process.poll() is None:
        second.process.kill()
        second.process.wait()
