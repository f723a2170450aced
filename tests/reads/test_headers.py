"""Looks at single executions and waiting tasks: what they read is what reading everything gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from statemachine.checkpoint.read import read_checkpoint
from statemachine.core.model import Execution, Scope
from statemachine.core.waits import TaskWait
from statemachine.reads import headers, lists, waiting_tasks
from statemachine.reads.headers import Header, read_header, read_header_with_payloads
from statemachine.reads.waiting_tasks import task_page
from statemachine.store.memory import MemoryStore
from statemachine.testing import in_memory_server
from tests.engine.definitions import FAIL, PASS, mapped, task

LARGE = '"' + "x" * 10_000 + '"'
"""An input that is stored in a row of its own."""


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        (Header, Execution),
        (headers.HeaderRow, Execution),
        (lists.ErrorAndCause, Execution),
        (waiting_tasks.StoredWait, TaskWait),
        (waiting_tasks.StoredScope, Scope),
    ],
)
def test_members_have_the_names_of_the_model(part: Any, whole: Any) -> None:
    tag = {"type"} if whole is TaskWait else set()
    assert set(part.__struct_fields__) - tag <= set(whole.__struct_fields__)


class CountingStore(MemoryStore):
    """Notes the keys that are read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def get(self, key: str) -> bytes | None:
        self.read.append(key)
        return super().get(key)

    def gather(self, prefixes: Sequence[str]) -> dict[str, bytes]:
        self.read += prefixes
        return super().gather(prefixes)


@pytest.mark.parametrize(("definition", "status"), [(FAIL, "FAILED"), (PASS, "SUCCEEDED"), (task(), "RUNNING")])
async def test_a_header_is_read_without_its_payloads(definition: Any, status: str) -> None:
    store = CountingStore()
    async with in_memory_server(store) as server:
        await server.start(await server.create(definition), input=LARGE, name="e")
        await server.settle()
        store.read.clear()
        found = read_header(store, "m:e")
        assert found is not None
        assert (found.status, found.name, found.arn.rpartition(":")[2]) == (status, "e", "e")
        assert store.read == ["e/m:e/head"]
        assert read_header(store, "m:f") is None


async def test_a_header_with_payloads_has_their_texts() -> None:
    async with in_memory_server() as server:
        await server.ended(await server.start(await server.create(PASS), input=LARGE, name="e"))
        found = read_header_with_payloads(server.store, "m:e")
        assert found is not None
        assert (found.input, found.output) == (LARGE, LARGE)
        assert read_header_with_payloads(server.store, "m:f") is None


async def test_metadata_alone_reads_no_payload() -> None:
    store = CountingStore()
    async with in_memory_server(store) as server:
        arn = await server.start(await server.create(PASS), input=LARGE, name="e")
        await server.ended(arn)
        store.read.clear()
        described = await server.ask("DescribeExecution", execution_arn=arn, included_data="METADATA_ONLY")
        history = await server.ask("GetExecutionHistory", execution_arn=arn, include_execution_data=False)
        assert described["status"] == "SUCCEEDED"
        assert len(history["events"]) == 4
        assert [key for key in store.read if "/data/" in key] == []


async def test_waiting_tasks_are_those_of_the_scopes() -> None:
    async with in_memory_server() as server:
        definition = mapped(task(TimeoutSeconds=60, HeartbeatSeconds=5))
        await server.start(await server.create(definition), input=f"[{LARGE}, 1, 2]", name="e")
        await server.settle()
        checkpoint = read_checkpoint(server.store, "m:e")
        assert checkpoint is not None
        page = task_page(server.store, "", 100)
        assert len(page.tasks) == 3
        for found, path in zip(page.tasks, ("/00000", "/00001", "/00002"), strict=True):
            scope = checkpoint.scopes[path]
            assert (found.id, found.state, found.attempt) == ("m:e", scope.state, scope.retries + 1)
            assert isinstance(scope.waiting, TaskWait)
            for name in set(waiting_tasks.StoredWait.__struct_fields__) - {"type"}:
                assert getattr(found.waiting, name) == getattr(scope.waiting, name)
