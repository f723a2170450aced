"""Whatever fails, its error name and its cause have a bound; a result that is too large is not read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from statemachine.core.events import DefectFound
from statemachine.core.limits import PAYLOAD_BYTES_MAX
from statemachine.errors import CAUSE_CHARACTERS_MAX, ERROR_CHARACTERS_MAX
from statemachine.tasks.kind import Failed, Succeeded
from statemachine.testing import FUNCTION, in_memory_server
from tests.engine.definitions import machine

LONG = "x" * 100_000
INPUT = json.dumps({"long": LONG})
FAILING: dict[str, dict[str, Any]] = {
    "a path that finds nothing": {"Type": "Pass", "Parameters": {"a.$": "$.nothing"}, "End": True},
    "an intrinsic function": {"Type": "Pass", "Parameters": {"a.$": "States.StringToJson($.long)"}, "End": True},
    "a JSONata expression": {
        "Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $number($states.input.long) %}", "End": True,
    },
    "a Fail state": {"Type": "Fail", "ErrorPath": "$.long", "CausePath": "$.long"},
}  # fmt: skip


def check(described: dict[str, Any], events: list[dict[str, Any]]) -> None:
    assert described["status"] == "FAILED"
    for text in (described, *events):
        for holder in (text, *(value for value in text.values() if isinstance(value, dict))):
            assert len(holder.get("error") or "") <= ERROR_CHARACTERS_MAX
            assert len(holder.get("cause") or "") <= CAUSE_CHARACTERS_MAX


@pytest.mark.parametrize("state", FAILING.values(), ids=FAILING)
async def test_what_the_interpreter_finds(state: dict[str, Any]) -> None:
    async with in_memory_server() as server:
        execution = await server.start(await server.create(machine(A=state)), INPUT)
        described = await server.ended(execution)
        check(described, await server.events(execution))


async def test_what_a_task_says() -> None:
    async with in_memory_server() as server:
        definition = machine(A={"Type": "Task", "Resource": FUNCTION, "End": True})
        execution = await server.start(await server.create(definition))
        server.tasks.answer(await server.task(), Failed(LONG, LONG))
        described = await server.ended(execution)
        check(described, await server.events(execution))
        assert (described["error"], described["cause"]) == ("x" * ERROR_CHARACTERS_MAX, "x" * CAUSE_CHARACTERS_MAX)


@pytest.mark.parametrize("output", ['"' + "x" * PAYLOAD_BYTES_MAX + '"', "[" * (PAYLOAD_BYTES_MAX + 1)])
async def test_a_result_that_is_too_large_is_not_read(output: str) -> None:
    async with in_memory_server() as server:
        definition = machine(A={"Type": "Task", "Resource": FUNCTION, "End": True})
        execution = await server.start(await server.create(definition))
        server.tasks.answer(await server.task(), Succeeded(output))
        assert (await server.ended(execution))["error"] == "States.DataLimitExceeded"


async def test_a_defect_of_the_server() -> None:
    async with in_memory_server() as server:
        execution = await server.start(await server.create(machine(A={"Type": "Wait", "Seconds": 9, "End": True})))
        await server.engine.deliver("m:" + execution.rpartition(":")[2], DefectFound(LONG))
        described = await server.ended(execution)
        check(described, await server.events(execution))
        assert described["cause"] == "x" * CAUSE_CHARACTERS_MAX
