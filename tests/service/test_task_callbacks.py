"""Task callbacks: the token of the attempt that waits counts once, and no other token counts."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from statemachine.core.limits import PAYLOAD_BYTES_MAX
from statemachine.core.token import make_task_token
from statemachine.tasks.kind import Succeeded
from statemachine.testing import InMemoryServer, in_memory_server
from tests.engine.definitions import ACTIVITY, CALLBACK, task
from tests.service.refusals import refusal

SLOW = task(ACTIVITY, TimeoutSeconds=60, HeartbeatSeconds=10)


async def taken(server: InMemoryServer, definition: Any = SLOW) -> tuple[str, str]:
    """An execution whose task a worker has in hand, and the task's token."""
    await server.ask("CreateActivity", name="work")
    arn = await server.start(await server.create(definition), name="e")
    given = await server.ask("GetActivityTask", activity_arn=ACTIVITY)
    return arn, given["taskToken"]


async def test_success_completes_the_task_with_its_output() -> None:
    async with in_memory_server() as server:
        arn, token = await taken(server)
        assert await server.ask("SendTaskSuccess", task_token=token, output='{ "a" : 1 }') == {}
        assert (await server.ended(arn))["output"] == '{ "a" : 1 }'


@pytest.mark.parametrize(("error", "cause"), [("E", "C"), (None, None), ("", "")])
async def test_failure_fails_the_task_with_its_error_and_cause(error: str | None, cause: str | None) -> None:
    async with in_memory_server() as server:
        arn, token = await taken(server)
        await server.ask("SendTaskFailure", task_token=token, error=error, cause=cause)
        ended = await server.ended(arn)
        assert (ended["status"], ended.get("error"), ended.get("cause")) == ("FAILED", error, cause)


async def test_heartbeats_keep_a_task_alive_until_its_timeout() -> None:
    async with in_memory_server() as server:
        arn, token = await taken(server)
        for _ in range(6):
            await server.advance(9.9)
            assert (await server.describe(arn))["status"] == "RUNNING"
            await server.ask("SendTaskHeartbeat", task_token=token)
        await server.advance(1)
        assert (await server.ended(arn))["error"] == "States.Timeout"


async def test_a_missed_heartbeat_fails_the_task() -> None:
    async with in_memory_server() as server:
        arn, token = await taken(server)
        await server.advance(10)
        assert (await server.ended(arn))["error"] == "States.Timeout"
        refused = await refusal(server.ask("SendTaskHeartbeat", task_token=token))
        assert (refused.code, refused.message) == (
            "TaskTimedOut",
            "Task Timed Out: 'Provided task does not exist anymore'",
        )


async def test_the_second_callback_is_refused() -> None:
    async with in_memory_server() as server:
        arn, token = await taken(server)
        results = await asyncio.gather(
            server.ask("SendTaskSuccess", task_token=token, output="1"),
            server.ask("SendTaskSuccess", task_token=token, output="2"),
            server.ask("SendTaskFailure", task_token=token),
            return_exceptions=True,
        )
        assert results[0] == {}
        assert [getattr(outcome, "code", None) for outcome in results[1:]] == ["TaskTimedOut"] * 2
        assert (await server.ended(arn))["output"] == "1"


async def test_a_task_with_a_callback_waits_for_its_token() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(CALLBACK))
        submitted = await server.task()
        token = submitted.arguments["Payload"]["token"]
        assert token == submitted.token
        server.tasks.answer(submitted, Succeeded('"not this"'))
        await server.settle()
        assert (await server.types(arn))[-1] == "TaskSubmitted"
        await server.ask("SendTaskSuccess", task_token=token, output='"this"')
        assert (await server.ended(arn))["output"] == '"this"'


async def test_a_callback_may_come_before_its_submission_is_known() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(CALLBACK))
        submitted = await server.task()
        await server.ask("SendTaskSuccess", task_token=submitted.token, output='"early"')
        assert (await server.ended(arn))["output"] == '"early"'
        server.tasks.answer(submitted, Succeeded("null"))
        await server.settle()
        assert (await server.types(arn))[-1] == "ExecutionSucceeded"


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "AAAA",
        "not a token!",
        "é",
        "A" * 2048,
        base64.urlsafe_b64encode(b"\0" * 32 + b"m:none\n\n1.0").decode(),
        base64.urlsafe_b64encode(b"\0" * 32 + b"m:e\n\n1.0").decode(),
        make_task_token("m:e", "another seed", "", "1.0"),
        make_task_token("m:e", "another seed", "/00001", "1.0"),
    ],
)
async def test_a_token_that_this_server_did_not_make_is_refused_and_changes_nothing(token: str) -> None:
    async with in_memory_server() as server:
        arn, genuine = await taken(server)
        before = server.store.scan("")
        for asked in (
            server.ask("SendTaskSuccess", task_token=token, output="1"),
            server.ask("SendTaskFailure", task_token=token),
            server.ask("SendTaskHeartbeat", task_token=token),
        ):
            refused = await refusal(asked)
            assert (refused.code, refused.message) == ("InvalidToken", "Invalid Token: 'Invalid token'")
        assert server.store.scan("") == before
        await server.ask("SendTaskSuccess", task_token=genuine, output="1")
        assert (await server.ended(arn))["status"] == "SUCCEEDED"


@pytest.mark.parametrize("output", ["", "no JSON", "NaN", '"' + "ä" * (PAYLOAD_BYTES_MAX // 2) + '"', "[" * 200])
async def test_a_bad_output_is_refused_and_leaves_the_task_open(output: str) -> None:
    async with in_memory_server() as server:
        arn, token = await taken(server)
        refused = await refusal(server.ask("SendTaskSuccess", task_token=token, output=output))
        assert refused.code == "InvalidOutput"
        assert refused.message.startswith("Invalid Output: '")
        assert refused.members["pointer"] == "/output"
        assert (await server.describe(arn))["status"] == "RUNNING"
        await server.ask("SendTaskSuccess", task_token=token, output="1")


async def test_a_padded_token_is_refused() -> None:
    async with in_memory_server() as server:
        arn, token = await taken(server)
        refused = await refusal(server.ask("SendTaskHeartbeat", task_token=token + "===="))
        assert refused.code == "InvalidToken"
        assert (await server.describe(arn))["status"] == "RUNNING"
