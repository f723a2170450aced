"""Every recorded call of a Lambda function: the same arguments and function give the recorded output or error."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from statemachine.tasks.functions.invocation import Invocation, InvocationResponse
from statemachine.tasks.functions.lambda_function import LambdaTasks
from statemachine.tasks.kind import Failed, Succeeded, TaskResult
from tests.tasks.calls import INVOKE, REQUEST_ID, Results, task

SHARED = Path(os.environ.get("STATEMACHINE_SHARED", Path(__file__).parents[4] / "shared"))
CASES = SHARED / "conformance" / "cases"
SCHEDULED = ("LambdaFunctionScheduled", "TaskScheduled")
ENDED = ("LambdaFunctionSucceeded", "LambdaFunctionFailed", "TaskSucceeded", "TaskFailed")


class Mock:
    """A FunctionRuntime that behaves as the functions of a recorded case did."""

    def __init__(self, behaviour: dict[str, Any]) -> None:
        self._behaviour = behaviour

    def has_function(self, name: str) -> bool:
        return True

    async def invoke(self, invocation: Invocation) -> InvocationResponse:
        kind = self._behaviour["behaviour"]
        if kind == "error":
            names = ("errorMessage", "errorType", "requestId", "stackTrace")
            fields = self._behaviour | {"requestId": invocation.request_id}
            return InvocationResponse(200, json.dumps({name: fields[name] for name in names}), True)
        payload = self._behaviour["payload"] if kind == "constant" else json.loads(invocation.payload)
        headers = {"X-Amz-Executed-Version": ["$LATEST"], "x-amzn-RequestId": [REQUEST_ID]}
        return InvocationResponse(200, json.dumps(payload), False, headers)

    async def close(self) -> None:
        pass


def _filled(value: Any) -> Any:
    """Placeholders replaced by something of their form."""
    if isinstance(value, dict):
        return {key: _filled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item) for item in value]
    if not isinstance(value, str):
        return value
    value = value.replace("⟦partition⟧", "aws").replace("⟦region⟧", "us-east-1")
    value = re.sub(r"⟦\*?(uuid:\d+|RequestId)⟧", REQUEST_ID, value)
    return re.sub(r"⟦\*?([^⟧]+)⟧", r"\1", value)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _strings(item)


def _calls() -> Iterator[Any]:
    """(how the function behaves, the Resource, its arguments, the event of its end, all texts of the case)."""
    for path in sorted(CASES.glob("*.json")) if CASES.is_dir() else ():
        case = json.loads(path.read_text())
        functions = list(case["mocks"].get("lambda", {}).values())
        checks = [check["expected"] for call in case["calls"] for check in call.get("checks", [])]
        if not functions or functions[0]["behaviour"] not in ("echo", "constant", "error"):
            continue
        for number, (resource, arguments, end) in enumerate(_recorded(checks)):
            texts = {_filled(text) for text in _strings(checks)}
            yield pytest.param(functions[0], resource, arguments, end, texts, id=f"{path.stem}-{number}")


def _recorded(checks: list[Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    for events in (check["events"] for check in checks if isinstance(check, dict) and "events" in check):
        if not all(isinstance(event["id"], int) for event in events):
            continue  # events of parallel branches, recorded as a set
        by_id = {event["id"]: event for event in events}
        for event in events:
            if event["type"] not in ENDED:
                continue
            scheduled = event
            while scheduled["type"] not in SCHEDULED:
                scheduled = by_id[scheduled["previousEventId"]]
            details = _filled(next(value for key, value in scheduled.items() if key.endswith("Details")))
            end = _filled(next(value for key, value in event.items() if key.endswith("Details")))
            if scheduled["type"] == "LambdaFunctionScheduled":
                text = details["input"]
                yield details["resource"], json.loads(text) if isinstance(text, str) else text, end
            elif details["resourceType"] == "lambda":
                yield INVOKE, details["parameters"], end


@pytest.mark.parametrize(("function", "resource", "arguments", "end", "texts"), list(_calls()))
def test_recorded_call(
    function: dict[str, Any], resource: str, arguments: Any, end: dict[str, Any], texts: set[str]
) -> None:
    outcome = _perform(resource, arguments, function)
    if isinstance(outcome, Succeeded):
        result = json.loads(outcome.output)
        expected = end["output"]
        if resource == INVOKE:
            assert set(result) == set(expected)
            assert result["SdkHttpMetadata"]["HttpStatusCode"] == expected["SdkHttpMetadata"]["HttpStatusCode"]
            for name in ("ExecutedVersion", "Payload", "SdkResponseMetadata", "StatusCode"):
                assert result[name] == expected[name]
        else:
            assert result == expected if isinstance(expected, dict) else outcome.output == expected
    else:
        assert outcome.error == end["error"]
        assert outcome.cause is not None
        assert json.loads(outcome.cause) == end["cause"]
        written = {text for text in texts if text.startswith('{"errorMessage"')}
        assert not written or outcome.cause in written


def _perform(resource: str, arguments: Any, function: dict[str, Any]) -> Succeeded | Failed:
    async def body() -> TaskResult:
        kind, results = LambdaTasks(Mock(function)), Results()
        kind.start(task(resource, arguments, json.dumps(arguments)), results)
        return await results.first()

    return asyncio.run(body())
