"""Large definitions are checked one after the other, and only a few may wait."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest

from statemachine.errors import ServiceError
from statemachine.service.large_definitions import LARGE, WAITING_MAX, DefinitionChecks
from statemachine.testing import in_memory_server
from tests.engine.definitions import PASS

TEXT = " " * LARGE


async def test_large_ones_take_turns_and_small_ones_do_not_wait() -> None:
    checks, release, running = DefinitionChecks(), threading.Event(), []

    def check(name: str) -> str:
        running.append(name)
        release.wait(30)
        return name

    large = [asyncio.ensure_future(checks.run(check, TEXT, f"large {number}")) for number in range(WAITING_MAX)]
    while not running:
        await asyncio.sleep(0)
    assert await checks.run(str.upper, "small", "small") == "SMALL"
    with pytest.raises(ServiceError) as refused:
        await checks.run(check, TEXT, "one too many")
    assert refused.value.code == "ThrottlingException"
    assert running == ["large 0"]
    release.set()
    assert await asyncio.gather(*large) == running == [f"large {number}" for number in range(WAITING_MAX)]
    assert await checks.run(check, TEXT, "again") == "again"


async def test_a_client_that_has_gone_gives_no_place_back_before_its_check_is_done() -> None:
    checks, release = DefinitionChecks(), threading.Event()
    gone = [asyncio.ensure_future(checks.run(release.wait, TEXT, 30)) for _ in range(WAITING_MAX)]
    await asyncio.sleep(0)
    gone[0].cancel()
    await asyncio.sleep(0)
    with pytest.raises(ServiceError):
        await checks.run(str, TEXT)
    release.set()
    await asyncio.gather(*gone, return_exceptions=True)
    assert await checks.run(str, TEXT) == ""


async def test_the_failure_of_a_check_is_raised() -> None:
    checks = DefinitionChecks()
    for _ in range(WAITING_MAX + 1):
        with pytest.raises(ServiceError, match="why"):
            await checks.run(_fail, TEXT)


def _fail() -> None:
    raise ServiceError("InvalidDefinition", "why")


async def test_a_large_definition_is_registered_updated_and_validated() -> None:
    async with in_memory_server() as server:
        large = json.dumps({**PASS, "Comment": "x" * LARGE})
        arn = await server.create(large)
        assert (await server.ask("ValidateStateMachineDefinition", definition=large))["result"] == "OK"
        await server.ask("UpdateStateMachine", state_machine_arn=arn, definition=large + " ")
        described = await server.ask("DescribeStateMachine", state_machine_arn=arn)
        assert described["definition"] == large + " "
