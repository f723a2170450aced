"""The server in memory refuses wrong settings, and says how things stand when a wait takes too long."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from statemachine.config import ConfigError
from statemachine.testing import InMemoryServer, in_memory_server
from tests.engine.definitions import task


@pytest.mark.parametrize(
    ("settings", "place"),
    [({"running_max": "a"}, "running_max"), ({"running_max": 0}, "running_max"), ({"log_level": "zzz"}, "log_level")],
)
async def test_a_wrong_setting_is_refused(settings: dict[str, Any], place: str) -> None:
    with pytest.raises(ConfigError, match=f"in_memory_server.{place}: "):
        async with in_memory_server(**settings):
            pass


async def test_a_wait_that_takes_too_long_says_how_things_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(task()))
        await server.task()
        monkeypatch.setattr(sys.modules[InMemoryServer.__module__], "PATIENCE_SECONDS", 0.01)
        with pytest.raises(TimeoutError, match=f"{arn} is RUNNING"):
            await server.ended(arn)
        with pytest.raises(TimeoutError, match="1 tasks were started"):
            await server.task(1)
