"""A read that waits for a thread is not carried out if its client has gone meanwhile."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from statemachine.engine.loop import READERS
from statemachine.service import system
from statemachine.service.executions import describe, history
from statemachine.service.tasks import waiting
from tests.api.client import Request, api_client
from tests.engine.definitions import PASS

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:m"
EXECUTION = "arn:aws:states:us-east-1:000000000000:execution:m:e"
READS = [
    ("ListExecutions", {"stateMachineArn": MACHINE}, describe, "list_page"),
    ("GetExecutionHistory", {"executionArn": EXECUTION}, history, "_page"),
    ("/api/v1/executions", None, describe, "list_page"),
    ("/api/v1/executions/m/e/history", None, history, "_page"),
    ("/api/v1/tasks", None, waiting, "task_page"),
    ("/api/v1/system", None, system, "count_tasks"),
]


def request_of(target: str, members: dict[str, Any] | None) -> Request:
    if members is None:
        return Request("GET", target, {"Host": "localhost"}, b"")
    headers = {"Host": "localhost", "X-Amz-Target": f"AWSStepFunctions.{target}"}
    return Request("POST", "/", headers, json.dumps(members).encode())


@pytest.mark.parametrize(("target", "members", "module", "look"), READS, ids=lambda value: str(value)[:40])
async def test_a_read_whose_client_has_gone_is_not_carried_out(
    target: str, members: dict[str, Any] | None, module: Any, look: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: Callable[..., Any] = getattr(module, look)
    done: list[str] = []

    def counted(*arguments: Any) -> Any:
        done.append(look)
        return read(*arguments)

    monkeypatch.setattr(module, look, counted)
    free = threading.Event()
    async with api_client() as (server, client):
        await server.ended(await server.start(await server.create(PASS), name="e"))
        occupied = [asyncio.create_task(server.engine.survey(lambda _: free.wait(10))) for _ in range(READERS)]
        await asyncio.sleep(0)
        gone = request_of(target, members)
        serving = asyncio.create_task(client.serve(gone))
        await asyncio.sleep(0)
        gone.hang_up()
        status = (await serving).status
        free.set()
        assert status == 499
        await asyncio.gather(*occupied)
        await server.engine.survey(lambda _: None)
        assert not done
