"""Results of Task states that call a Lambda function; expectations as recorded on AWS."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from statemachine.json_text import dump
from statemachine.tasks.functions.invocation import (
    FunctionRuntime,
    Invocation,
    InvocationFailure,
    InvocationResponse,
    parse_function_name,
)
from statemachine.tasks.functions.lambda_function import LambdaTasks
from statemachine.tasks.kind import Failed, Succeeded, TaskResult
from tests.tasks.calls import ACCOUNT, DIRECT, INVOKE, REQUEST_ID, Results, task
from tests.tasks.functions.calls import running_pool

HEADERS = {
    "X-Amz-Executed-Version": ["$LATEST"],
    "x-amzn-Remapped-Content-Length": ["0"],
    "Connection": ["keep-alive"],
    "x-amzn-RequestId": ["r-1"],
    "Content-Length": ["13"],
    "Date": ["today"],
    "X-Amzn-Trace-Id": ["t-1"],
    "Content-Type": ["application/json"],
}


class Runtime:
    """A FunctionRuntime with one response, which keeps the calls."""

    def __init__(self, response: InvocationResponse | InvocationFailure, *names: str) -> None:
        self.response = response
        self.names = names
        self.asked: list[Invocation] = []
        self.closed = False

    def has_function(self, name: str) -> bool:
        return not self.names or name in self.names

    async def invoke(self, invocation: Invocation) -> InvocationResponse:
        self.asked.append(invocation)
        if isinstance(self.response, InvocationFailure):
            raise self.response
        return self.response

    async def close(self) -> None:
        self.closed = True


def returns(payload: str, *names: str, **members: Any) -> Runtime:
    """A runtime whose function returns this."""
    return Runtime(InvocationResponse(members.pop("status", 200), payload, False, HEADERS | members), *names)


def fails(payload: str) -> Runtime:
    """A runtime whose function fails with this."""
    return Runtime(InvocationResponse(200, payload, True, HEADERS))


def perform(resource: str, arguments: Any, *runtimes: FunctionRuntime) -> TaskResult:
    """The outcome of a task."""

    async def body() -> TaskResult:
        kind, results = LambdaTasks(*runtimes), Results()
        assert kind.accepts(resource)
        kind.start(task(resource, arguments, json.dumps(arguments)), results)
        outcome = await results.first()
        await kind.close()
        return outcome

    return asyncio.run(body())


@pytest.mark.parametrize(
    ("resource", "accepted"),
    [
        (f"{DIRECT}fn", True),
        (f"{DIRECT}fn:blue", True),
        ("arn:aws-cn:lambda:cn-north-1:000000000000:function:fn", True),
        ("arn:aws:states:::lambda:invoke", True),
        ("arn:aws-us-gov:states:::lambda:invoke.waitForTaskToken", True),
        ("arn:aws:states:::lambda:invoke.sync", False),
        ("arn:aws:states:::aws-sdk:lambda:invoke", False),
        ("arn:aws:states:us-east-1:000000000000:activity:fn", False),
        ("fn", False),
    ],
)
def test_resources(resource: str, accepted: bool) -> None:
    assert LambdaTasks().accepts(resource) is accepted


def test_by_arn_payloads_pass_as_they_were_written() -> None:
    runtime = returns('{"a":  1}')
    assert perform(f"{DIRECT}fn:blue", {"b": [1, 2]}, runtime) == Succeeded('{"a":  1}')
    asked = runtime.asked[0]
    assert asked.payload == '{"b": [1, 2]}'
    assert asked.request_id == REQUEST_ID
    assert (asked.function.name, asked.function.qualifier, asked.function.arn) == ("fn", "blue", f"{DIRECT}fn:blue")


def test_result_of_the_integration() -> None:
    """Member order recorded in services.test_invoke_bytes_payload."""
    outcome = perform(INVOKE, {"FunctionName": "fn", "Payload": {}}, returns('{"a":  [1, 0.0]}'))
    assert outcome == Succeeded(
        '{"ExecutedVersion":"$LATEST","Payload":{"a":[1,0.0]},"SdkHttpMetadata":{"AllHttpHeaders":'
        '{"X-Amz-Executed-Version":["$LATEST"],"x-amzn-Remapped-Content-Length":["0"],"Connection":["keep-alive"],'
        '"x-amzn-RequestId":["r-1"],"Content-Length":["13"],"Date":["today"],"X-Amzn-Trace-Id":["t-1"],'
        '"Content-Type":["application/json"]},"HttpHeaders":{"Connection":"keep-alive","Content-Length":"13",'
        '"Content-Type":"application/json","Date":"today","X-Amz-Executed-Version":"$LATEST",'
        '"x-amzn-Remapped-Content-Length":"0","x-amzn-RequestId":"r-1","X-Amzn-Trace-Id":"t-1"},'
        '"HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":"r-1"},"StatusCode":200}'
    )


def test_log_result_comes_with_the_answer() -> None:
    outcome = perform(INVOKE, {"FunctionName": "fn", "LogType": "Tail"}, returns("1", **{"X-Amz-Log-Result": ["bG9n"]}))
    assert isinstance(outcome, Succeeded)
    assert list(json.loads(outcome.output))[:3] == ["ExecutedVersion", "LogResult", "Payload"]


@pytest.mark.parametrize("status", [202, 204])
def test_asynchronous_call(status: int) -> None:
    runtime = returns("", status=status)
    outcome = perform(INVOKE, {"FunctionName": "fn", "InvocationType": "Event"}, runtime)
    assert isinstance(outcome, Succeeded)
    result = json.loads(outcome.output)
    assert (result["Payload"], result["StatusCode"], result["SdkHttpMetadata"]["HttpStatusCode"]) == (
        "",
        status,
        status,
    )
    assert runtime.asked[0].invocation_type == "Event"


@pytest.mark.parametrize(
    ("arguments", "payload"),
    [
        ({"Payload": {"a": [1, None]}}, '{"a":[1,null]}'),
        ({"Payload": 0}, "0"),
        ({"Payload": None}, "{}"),
        (dict.fromkeys(("Payload", "Qualifier", "InvocationType", "LogType", "ClientContext")), "{}"),
        ({"Payload": "[]"}, "[]"),
        ({"Payload": "0.0"}, "0.0"),
        ({"Payload": '"HelloWorld"'}, '"HelloWorld"'),
        ({}, "{}"),
    ],
)
def test_payload_that_is_text_is_sent_as_it_is(arguments: dict[str, Any], payload: str) -> None:
    """Recorded in services.test_invoke_json_values: the Payload "[]" reaches the function as an empty list."""
    runtime = returns("null")
    perform(INVOKE, {"FunctionName": "fn", **arguments}, runtime)
    asked = runtime.asked[0]
    assert asked.payload == payload
    # Recorded for service integrations: an argument that is null counts as left out.
    assert (asked.invocation_type, asked.log_type, asked.client_context) == ("RequestResponse", None, None)
    assert asked.function.qualifier is None


@pytest.mark.parametrize(
    ("arguments", "arn"),
    [
        ({"FunctionName": "fn"}, f"{DIRECT}fn"),
        ({"FunctionName": "fn:7"}, f"{DIRECT}fn:7"),
        ({"FunctionName": "fn", "Qualifier": "blue"}, f"{DIRECT}fn:blue"),
        ({"FunctionName": "fn:blue", "Qualifier": "blue"}, f"{DIRECT}fn:blue"),
        ({"FunctionName": "111122223333:function:fn"}, "arn:aws:lambda:us-east-1:111122223333:function:fn"),
        ({"FunctionName": "function:fn:$LATEST"}, f"{DIRECT}fn:$LATEST"),
        (
            {"FunctionName": "arn:aws-cn:lambda:cn-north-1:111122223333:function:fn"},
            "arn:aws-cn:lambda:cn-north-1:111122223333:function:fn",
        ),
    ],
)
def test_forms_of_a_function_name(arguments: dict[str, Any], arn: str) -> None:
    runtime = returns("1", "fn")
    perform(INVOKE, arguments, runtime)
    assert runtime.asked[0].function.arn == arn


ERROR = (
    '{"errorMessage": "Some exception was raised.", "errorType": "Exception", "requestId": "r", "stackTrace": '
    '["  File \\"/var/task/handler.py\\", line 2, in handler\\n    raise Exception(\\"é\\")\\n"]}'
)


def test_error_keeps_its_text_by_arn() -> None:
    """Recorded in error_handling.test_raise_custom_exception."""
    assert perform(f"{DIRECT}fn", {}, fails(ERROR)) == Failed("Exception", ERROR)


@pytest.mark.parametrize("resource", [INVOKE, f"{INVOKE}.waitForTaskToken"])
def test_error_is_rewritten_by_the_integration(resource: str) -> None:
    """Recorded in error_handling.test_raise_custom_exception."""
    outcome = perform(resource, {"FunctionName": "fn"}, fails(ERROR))
    assert outcome == Failed("Exception", dump(json.loads(ERROR)))


@pytest.mark.parametrize("payload", ['{"errorMessage":"Task timed out"}', "<html>", "[1]", '{"errorType":7}', ""])
@pytest.mark.parametrize(("resource", "arguments"), [(f"{DIRECT}fn", {}), (INVOKE, {"FunctionName": "fn"})])
def test_error_without_a_name(payload: str, resource: str, arguments: dict[str, Any]) -> None:
    assert perform(resource, arguments, fails(payload)) == Failed(
        "Lambda.Unknown",
        f"The cause could not be determined because Lambda did not return an error type. Returned payload: {payload}",
    )


def test_an_error_of_lambda_fails_the_task() -> None:
    runtime = Runtime(InvocationFailure("Lambda.TooManyRequestsException", "Rate exceeded"))
    assert perform(f"{DIRECT}fn", {}, runtime) == Failed("Lambda.TooManyRequestsException", "Rate exceeded")


def test_first_runtime_that_has_the_function_runs_it() -> None:
    registered, endpoint = returns("1", "fn"), returns("2")
    assert perform(f"{DIRECT}fn", {}, registered, endpoint) == Succeeded("1")
    assert perform(f"{DIRECT}other", {}, registered, endpoint) == Succeeded("2")
    assert registered.closed
    assert endpoint.closed


@pytest.mark.parametrize(
    ("resource", "arguments", "named"),
    [
        (f"{DIRECT}fn", {}, f"{DIRECT}fn:$LATEST"),
        (f"{DIRECT}fn:blue", {}, f"{DIRECT}fn:blue"),
        (INVOKE, {"FunctionName": "fn"}, f"{DIRECT}fn:$LATEST"),
    ],
)
def test_function_that_no_runtime_has(resource: str, arguments: dict[str, Any], named: str) -> None:
    assert perform(resource, arguments, returns("1", "other")) == Failed(
        "Lambda.ResourceNotFoundException",
        f"Function not found: {named} (Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; "
        f"Request ID: {REQUEST_ID}; Proxy: null)",
    )


@pytest.mark.parametrize(
    ("arguments", "finding"),
    [
        ({"Payload": 1}, "The field 'FunctionName' is required but was missing"),
        (7, "The field 'FunctionName' is required but was missing"),
        ({"FunctionName": None}, "The field 'FunctionName' is required but was missing"),
        ({"FunctionName": "fn", "Nonsense": None}, "The field 'Nonsense' is not supported by Step Functions"),
        ({"FunctionName": 7}, "The value for the field 'FunctionName' must be a STRING"),
        ({"FunctionName": "fn", "Nonsense": 1}, "The field 'Nonsense' is not supported by Step Functions"),
        ({"FunctionName": "fn", "InvocationType": "Later"}, "The value for the field 'InvocationType' must match "),
        ({"FunctionName": "fn", "ClientContext": "a\r\nb"}, "The value for the field 'ClientContext' must match "),
        ({"FunctionName": "fn", "Qualifier": "a/b"}, "The value for the field 'Qualifier' must match "),
    ],
)
def test_arguments_that_cannot_be_used(arguments: Any, finding: str) -> None:
    runtime = returns("1")
    outcome = perform(INVOKE, arguments, runtime)
    assert isinstance(outcome, Failed)
    assert outcome.error == "States.Runtime"
    begin = f"The Parameters '{json.dumps(arguments)}' could not be used to start the Task: [{finding}"
    assert outcome.cause is not None
    assert outcome.cause.startswith(begin)
    assert not runtime.asked


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"FunctionName": "a b"},
            "Lambda.AWSLambdaException",
            "1 validation error detected: Value 'a b' at 'functionName' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?(",
        ),
        (
            {"FunctionName": "fn:blue", "Qualifier": "green"},
            "Lambda.InvalidParameterValueException",
            "The derived qualifier from the function name does not match the specified qualifier. (Service: AWSLambda;",
        ),
    ],
)
def test_function_names_that_lambda_refuses(arguments: dict[str, Any], error: str, message: str) -> None:
    outcome = perform(INVOKE, arguments, returns("1"))
    assert isinstance(outcome, Failed)
    assert outcome.error == error
    assert outcome.cause is not None
    assert outcome.cause.startswith(message)


@pytest.mark.parametrize("text", ["", "a b", "arn:aws:lambda:us-east-1:12:function:fn", "fn:", "fn:a:b"])
def test_text_that_is_no_function_name(text: str) -> None:
    assert parse_function_name(text, "aws", "us-east-1", ACCOUNT) is None


def test_with_a_worker_process() -> None:
    async def body() -> None:
        async with running_pool() as pool:
            kind = LambdaTasks(pool)
            direct, integrated, cancelled = Results(), Results(), Results()
            kind.start(task(f"{DIRECT}echo", {"a": 1}, '{"a":1}', "direct"), direct)
            arguments = {"FunctionName": "raise_custom"}
            kind.start(task(INVOKE, arguments, json.dumps(arguments), "integrated"), integrated)
            kind.start(task(f"{DIRECT}loop_for_ever", {}, "{}", "cancelled"), cancelled)
            assert await direct.first() == Succeeded('{"a": 1}')
            failed = await integrated.first()
            assert isinstance(failed, Failed)
            assert failed.error == "CustomException"
            assert failed.cause is not None
            assert failed.cause.startswith(
                f'{{"errorMessage":"","errorType":"CustomException","requestId":"{REQUEST_ID}"'
            )
            kind.cancel("cancelled")
            again = Results()
            kind.start(task(f"{DIRECT}echo", 1, "1", "again"), again)
            assert await again.first() == Succeeded("1")
            assert not cancelled.given
            await kind.close()
            assert not pool.pids

    asyncio.run(body())
