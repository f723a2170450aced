"""Glances: what they read is what reading everything gives, under the same names."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.checkpoint.glance import Ending, Line, Pending, glance_at_ending, glance_at_line
from statemachine.checkpoint.read import read_checkpoint
from statemachine.core.model import Execution, Scope
from statemachine.core.waits import TaskWait
from tests.engine.definitions import FAIL, mapped, task
from tests.engine.in_memory_server import in_memory_server

LARGE = '"' + "x" * 10_000 + '"'
"""An input that is stored apart."""


@pytest.mark.parametrize(("part", "whole"), [(Ending, Execution), (Pending, TaskWait), (Line, Scope)])
def test_members_are_called_as_in_the_model(part: Any, whole: Any) -> None:
    assert set(part.__struct_fields__) - {"type"} <= set(whole.__struct_fields__)


async def test_lines_of_control() -> None:
    async with in_memory_server() as server:
        definition = mapped(task(TimeoutSeconds=60, HeartbeatSeconds=5))
        await server.start(await server.create(definition), input=f"[{LARGE}, 1, 2]", name="e")
        await server.settle()
        checkpoint = read_checkpoint(server.store, "m:e")
        assert checkpoint is not None
        assert list(checkpoint.scopes) == ["", "/00000", "/00001", "/00002"]
        for path, scope in checkpoint.scopes.items():
            line = glance_at_line(server.store, "m:e", path)
            assert line is not None
            assert line.path == path
            assert (line.state, line.retries) == (scope.state, scope.retries)
            assert line.waiting is not None
            if not path:
                assert line.waiting == Pending("children")
                continue
            assert line.waiting.type == "task"
            for name in set(Pending.__struct_fields__) - {"type"}:
                assert getattr(line.waiting, name) == getattr(scope.waiting, name)
        assert glance_at_line(server.store, "m:e", "/00003") is None


async def test_endings() -> None:
    async with in_memory_server() as server:
        await server.ended(await server.start(await server.create(FAIL), input=LARGE, name="e"))
        assert glance_at_ending(server.store, "m:e") == Ending("FAILED", "Broken", "on purpose")
        assert glance_at_ending(server.store, "m:f") is None


async def test_an_execution_that_goes_on() -> None:
    async with in_memory_server() as server:
        await server.start(await server.create(task()), name="e")
        assert glance_at_ending(server.store, "m:e") == Ending("RUNNING")
