"""A kind of task may be wrong: whatever it gives as a result ends the task, and never the server or the execution."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from statemachine.tasks.kind import Failed, Succeeded
from statemachine.testing import in_memory_server
from tests.engine.definitions import PASS, machine, task

CATCHERS = [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.failure", "Next": "P"}]
DEFINITION = machine(**task(Catch=CATCHERS)["States"], **PASS["States"])


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (None, "the result is neither Succeeded nor Failed: None"),
        ('{"a": 1}', "the result is neither Succeeded nor Failed: "),
        (Failed(3, None), "the error and the cause must be text or None: 3"),  # type: ignore[arg-type]
        (Succeeded("{oops"), "the output is not JSON: "),
        (Succeeded(""), "the output is not JSON: "),
        (Succeeded({"a": 1}), "the output is no text: {'a': 1}"),  # type: ignore[arg-type]
    ],
    ids=str,
)
async def test_an_invalid_result_fails_the_task(result: Any, reason: str) -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(DEFINITION))
        given = await server.task()
        with capture_logs() as logged:
            server.tasks.answer(given, result)
            ended = await server.ended(arn)
        assert (ended["status"], reason in ended["output"].replace("\\", "")) == ("SUCCEEDED", True)
        assert [line["event"] for line in logged if line["log_level"] == "error"] == ["defect"]
