"""Results and errors of functions, as the worker process reports them: the words of AWS Lambda's Python runtime."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from statemachine.tasks.functions.invocation import InvocationResponse
from statemachine.tasks.functions.pool import FunctionPool
from tests.tasks.calls import DIRECT, REQUEST_ID
from tests.tasks.functions.calls import FUNCTIONS, invocation

Invoke = Callable[..., InvocationResponse]


@pytest.fixture(scope="module")
def invoke() -> Iterator[Invoke]:
    """Calls functions in one worker process."""
    with asyncio.Runner() as runner:
        pool = FunctionPool([FUNCTIONS], 1, on_printed=lambda function, line: None)
        runner.run(pool.start())
        yield lambda name, payload="{}", **members: runner.run(pool.invoke(invocation(name, payload, **members)))
        runner.run(pool.close())


@pytest.mark.parametrize(
    ("name", "payload", "output"),
    [
        ("echo", '{"a":1,"b":[1,2]}', '{"a": 1, "b": [1, 2]}'),
        ("echo", "0", "0"),
        ("echo", "0.0", "0.0"),
        ("echo", '"HelloWorld"', '"HelloWorld"'),
        ("echo", '"\\u00e9\\ud83d\\ude00"', '"é😀"'),
        ("echo", "null", "null"),
        ("constant", "{}", '{"Return": "HelloWorld", "values": [1, 2.0, null, true], "é": "ü"}'),
        ("decimals", "{}", "[3, 1.5]"),
        ("json_bytes", "{}", '{"a":1}'),
        ("coroutine", "7", '[7, "coroutine"]'),
        ("read_input", "{}", '""'),
    ],
)
def test_result_is_written_with_the_spacing_of_python(invoke: Invoke, name: str, payload: str, output: str) -> None:
    response = invoke(name, payload)
    assert (response.status, response.payload, response.function_error) == (200, output, False)


def _line_of(text: str) -> int:
    return Path(FUNCTIONS).read_text().split("\n").index(text) + 1


def _frame(line: str, function: str) -> str:
    return f'  File "{FUNCTIONS}", line {_line_of(line)}, in {function}\n    {line.strip()}\n'


CUSTOM = _frame("    raise CustomException()", "raise_custom")


@pytest.mark.parametrize(
    ("name", "error", "message", "stack"),
    [
        (
            "raise_exception",
            "Exception",
            "Some exception was raised.",
            [_frame('    raise Exception("Some exception was raised.")', "raise_exception")],
        ),
        ("raise_custom", "CustomException", "", [CUSTOM]),
        (
            "raise_deeper",
            "KeyError",
            "'key'",
            [_frame('    _deeper({}, "key")', "raise_deeper"), _frame("    return mapping[key]", "_deeper")],
        ),
        (
            "raise_chained",
            "ValueError",
            "('outer', 2)",
            [_frame('        raise ValueError("outer", 2) from error', "raise_chained")],
        ),
        (
            "failing_coroutine",
            "LookupError",
            "not there",
            [_frame('    raise LookupError("not there")', "failing_coroutine")],
        ),
        (
            "raise_unprintable",
            "Unprintable",
            "<unprintable Unprintable object>",
            [_frame("    raise Unprintable()", "raise_unprintable")],
        ),
    ],
)
def test_exception(invoke: Invoke, name: str, error: str, message: str, stack: list[str]) -> None:
    response = invoke(name)
    assert response.function_error
    fields = {"errorMessage": message, "errorType": error, "requestId": REQUEST_ID, "stackTrace": stack}
    assert response.payload == json.dumps(fields)


def test_message_that_utf8_cannot_hold(invoke: Invoke) -> None:
    assert json.loads(invoke("raise_surrogate").payload)["errorMessage"] == "half a ? pair"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("return_set", "Object of type set is not JSON serializable"),
        ("return_nan", "Out of range float values are not JSON compliant"),
        ("return_surrogate", "Lone surrogate in a string"),
        ("return_same_keys", "Duplicate field '1'"),
    ],
)
def test_result_that_is_no_json(invoke: Invoke, name: str, reason: str) -> None:
    fields = json.loads(invoke(name).payload)
    assert fields == {
        "errorMessage": f"Unable to marshal response: {reason}",
        "errorType": "Runtime.MarshalError",
        "requestId": REQUEST_ID,
        "stackTrace": [],
    }


def test_payload_that_is_no_json(invoke: Invoke) -> None:
    fields = json.loads(invoke("echo", "hello").payload)
    assert fields["errorType"] == "Runtime.UnmarshalError"
    assert fields["errorMessage"].startswith("Unable to unmarshal input: ")


def test_result_beyond_six_megabytes(invoke: Invoke) -> None:
    response = invoke("return_letters", "6291555")
    assert response.function_error
    assert response.payload == (
        '{"errorMessage":"Response payload size (6291557 bytes) exceeded maximum allowed payload size '
        '(6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}'
    )
    assert not invoke("return_letters", "6291554").function_error


def test_context_object(invoke: Invoke) -> None:
    client = base64.b64encode(b'{"custom": {"a": 1}}').decode()
    response = invoke("context_members", qualifier="blue", deadline=time.time() + 48 * 3600, client_context=client)
    assert json.loads(response.payload) == {
        "aws_request_id": REQUEST_ID,
        "function_name": "context_members",
        "function_version": "$LATEST",
        "invoked_function_arn": f"{DIRECT}context_members:blue",
        "log_group_name": "/aws/lambda/context_members",
        "client_context": {"a": 1},
        "hours_left": 48,
        "memory": True,
    }


def test_members_of_the_client_context(invoke: Invoke) -> None:
    client = base64.b64encode(b'{"client": {"installation_id": "i-1"}}').decode()
    assert json.loads(invoke("client_members", client_context=client).payload) == ["i-1", None, None, None]


def test_variables_of_the_runtime_are_those_of_the_call(invoke: Invoke) -> None:
    found = json.loads(invoke("variables").payload)
    wanted = {
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": "variables",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/variables",
    }
    assert {name: found.get(name) for name in wanted} == wanted
    assert int(found["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]) > 0


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="descriptors are read from /proc")
def test_a_forked_process_has_no_pipe_to_the_server(invoke: Invoke) -> None:
    found = json.loads(invoke("fork_and_read").payload)
    assert "/dev/null" in found
    assert "pipe:" not in found
    assert json.loads(invoke("echo", "1").payload) == 1


@pytest.mark.parametrize(("deadline", "left"), [(0.0, 0), (None, 99_999_999 // 3600 + 1)])
def test_remaining_time(invoke: Invoke, deadline: float | None, left: int) -> None:
    assert json.loads(invoke("context_members", deadline=deadline).payload)["hours_left"] == left


@pytest.mark.parametrize("text", ["%", base64.b64encode(b"[1]").decode(), base64.b64encode(b"{").decode()])
def test_client_context_that_is_none(invoke: Invoke, text: str) -> None:
    fields: dict[str, Any] = json.loads(invoke("echo", client_context=text).payload)
    assert fields["errorType"] == "Runtime.LambdaContextUnmarshalError"


def test_headers_of_the_answer(invoke: Invoke) -> None:
    assert invoke("echo", '"é"').headers == {
        "Content-Length": ["4"],
        "Content-Type": ["application/json"],
        "X-Amz-Executed-Version": ["$LATEST"],
        "x-amzn-RequestId": [REQUEST_ID],
    }
