"""Lambda's Invoke over HTTP, against a local server."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from statemachine.tasks.functions.invocation import Invocation, InvocationFailure, InvocationResponse
from statemachine.tasks.functions.lambda_endpoint import INVOKE_SECONDS_MAX, LambdaEndpoint
from tests.processes.loops import advance_loop_time
from tests.processes.waiting import until
from tests.tasks.calls import REQUEST_ID
from tests.tasks.functions.calls import invocation
from tests.tasks.local_lambda import LOCAL_REQUEST_ID, LocalLambda, Reply, local_lambda

SERVICE = f"Request ID: {LOCAL_REQUEST_ID}; Proxy: null)"


def with_endpoint(
    body: Callable[[LambdaEndpoint, LocalLambda], Awaitable[Any]], path: str = "", connections_max: int = 4
) -> Any:
    """Run `body` with a client and the local server it talks to."""

    async def main(local: LocalLambda) -> Any:
        endpoint = LambdaEndpoint(local.url + path, connections_max)
        try:
            return await body(endpoint, local)
        finally:
            await endpoint.close()

    with local_lambda() as local:
        return asyncio.run(main(local))


def answer_to(reply: Reply, asked: Invocation | None = None) -> InvocationResponse:
    """The response that the client reads from this reply."""

    async def body(endpoint: LambdaEndpoint, local: LocalLambda) -> InvocationResponse:
        local.reply = lambda _: reply
        return await endpoint.invoke(asked or invocation("fn"))

    response: InvocationResponse = with_endpoint(body)
    return response


def test_request() -> None:
    async def body(endpoint: LambdaEndpoint, local: LocalLambda) -> None:
        await endpoint.invoke(invocation("fn-1", '{"a": "é"}'))
        asked = local.asked[0]
        assert (asked.method, asked.path) == ("POST", "/2015-03-31/functions/fn-1/invocations")
        assert asked.body == '{"a": "é"}'
        assert asked.headers["content-type"] == "application/json"
        assert asked.headers["x-amz-invocation-type"] == "RequestResponse"
        assert asked.headers["idempotency-key"] == REQUEST_ID
        assert not {"x-amz-log-type", "x-amz-client-context", "authorization"} & set(asked.headers)

    with_endpoint(body)


def test_all_members_of_an_invocation_are_sent() -> None:
    async def body(endpoint: LambdaEndpoint, local: LocalLambda) -> None:
        members = {"qualifier": "$LATEST", "invocation_type": "Event", "log_type": "Tail", "client_context": "e30="}
        await endpoint.invoke(invocation("fn", **members))
        asked = local.asked[0]
        assert asked.path == "/base/2015-03-31/functions/fn/invocations?Qualifier=%24LATEST"
        assert asked.headers["x-amz-invocation-type"] == "Event"
        assert asked.headers["x-amz-log-type"] == "Tail"
        assert asked.headers["x-amz-client-context"] == "e30="

    with_endpoint(body, "/base/")


def test_payload_is_kept_as_the_function_wrote_it() -> None:
    response = answer_to(
        Reply('{"a":  "é"}'.encode(), headers=(("X-Amz-Executed-Version", "7"), ("A", "1"), ("A", "2")))
    )
    assert (response.status, response.payload, response.function_error) == (200, '{"a":  "é"}', False)
    assert response.header("x-amz-executed-version") == "7"
    assert response.headers["A"] == ["1", "2"]
    assert response.headers["x-amzn-RequestId"] == [LOCAL_REQUEST_ID]


def test_error_of_the_function() -> None:
    text = b'{"errorMessage": "no", "errorType": "Refused"}'
    response = answer_to(Reply(text, headers=(("X-Amz-Function-Error", "Unhandled"),)))
    assert (response.payload, response.function_error) == (text.decode(), True)


def test_error_that_is_no_json_is_left_to_the_caller() -> None:
    response = answer_to(Reply(b"\xff<html>", headers=(("X-Amz-Function-Error", "Unhandled"),)))
    assert (response.payload, response.function_error) == ("\ufffd<html>", True)


@pytest.mark.parametrize("status", [202, 204])
def test_answer_without_a_payload(status: int) -> None:
    response = answer_to(Reply(b"", status))
    assert (response.status, response.payload, response.function_error) == (status, "", False)


@pytest.mark.parametrize(
    ("reply", "error", "cause"),
    [
        (
            Reply(
                b'{"Type":"User","Message":"Function not found: arn:x:$LATEST"}',
                404,
                (("x-amzn-ErrorType", "ResourceNotFoundException"),),
            ),
            "Lambda.ResourceNotFoundException",
            "Function not found: arn:x:$LATEST (Service: AWSLambda; Status Code: 404; "
            f"Error Code: ResourceNotFoundException; {SERVICE}",
        ),
        (
            Reply(b'{"message":"Rate Exceeded."}', 429, (("X-Amzn-ErrorType", "TooManyRequestsException:http://a"),)),
            "Lambda.TooManyRequestsException",
            f"Rate Exceeded. (Service: AWSLambda; Status Code: 429; Error Code: TooManyRequestsException; {SERVICE}",
        ),
        (
            Reply(b'{"Message":"no"}', 403, (("x-amzn-ErrorType", "AccessDeniedException"),)),
            "Lambda.AWSLambdaException",
            f"no (Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; {SERVICE}",
        ),
        (
            Reply(b'{"Type":"Service","Message":"oops"}', 500, (("x-amzn-ErrorType", "ServiceException"),)),
            "Lambda.ServiceException",
            f"oops (Service: AWSLambda; Status Code: 500; Error Code: ServiceException; {SERVICE}",
        ),
        (
            Reply(b"<html>", 502),
            "Lambda.AWSLambdaException",
            "502 Bad Gateway (Service: AWSLambda; Status Code: 502; Error Code: 502 Bad Gateway; " + SERVICE,
        ),
        (
            Reply(b"[1]", 301, (("Location", "http://127.0.0.1:1/"),)),
            "Lambda.AWSLambdaException",
            "301 Moved Permanently (Service: AWSLambda; Status Code: 301; Error Code: 301 Moved Permanently; "
            + SERVICE,
        ),
        (Reply(b"not json"), "Lambda.Unknown", "The function's payload is not JSON: Unrecognized token 'not'"),
        (Reply(b'{"a":1,"a":2}'), "Lambda.Unknown", "The function's payload is not JSON: Duplicate field 'a'"),
        (Reply(b""), "Lambda.Unknown", "The function's payload is not JSON: No content to map due to end-of-input"),
        (Reply(b"{}", length=10), "Lambda.SdkClientException", "Unable to execute HTTP request: "),
    ],
)
def test_what_is_no_answer_of_a_function(reply: Reply, error: str, cause: str) -> None:
    with pytest.raises(InvocationFailure) as caught:
        answer_to(reply)
    assert caught.value.error == error
    assert caught.value.cause.startswith(cause)


@pytest.mark.parametrize("length", [-1, None])
def test_answer_beyond_six_megabytes_is_not_read_to_its_end(length: int | None) -> None:
    response = answer_to(Reply(b'"' + b"a" * 8_000_000 + b'"', length=length))
    assert response.function_error
    assert json.loads(response.payload)["errorType"] == "Function.ResponseSizeTooLarge"
    assert len(response.payload) < 200


def test_nobody_listens() -> None:
    async def body() -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        endpoint = LambdaEndpoint(f"http://127.0.0.1:{port}")
        with pytest.raises(InvocationFailure) as caught:
            await endpoint.invoke(invocation("fn"))
        assert caught.value.error == "Lambda.SdkClientException"
        assert "Connection refused" in caught.value.cause
        await endpoint.close()

    asyncio.run(body())


def test_endpoint_that_never_answers() -> None:
    async def body(endpoint: LambdaEndpoint, local: LocalLambda) -> None:
        local.hold.clear()
        call = asyncio.create_task(endpoint.invoke(invocation("fn")))
        await until(lambda: len(local.asked) == 1)
        advance_loop_time(INVOKE_SECONDS_MAX)
        with pytest.raises(InvocationFailure) as caught:
            await call
        assert caught.value.error == "Lambda.SdkClientException"
        assert caught.value.cause == "Unable to execute HTTP request: no answer within 910 seconds"
        await until(local.gone.is_set)

    with_endpoint(body)


def test_cancel_closes_the_connection_and_frees_its_thread() -> None:
    async def body(endpoint: LambdaEndpoint, local: LocalLambda) -> None:
        local.hold.clear()
        call = asyncio.create_task(endpoint.invoke(invocation("fn")))
        await until(lambda: len(local.asked) == 1)
        call.cancel()
        await until(local.gone.is_set)
        assert call.cancelled()
        local.hold.set()
        assert (await endpoint.invoke(invocation("fn"))).payload == "{}"

    with_endpoint(body, connections_max=1)


def test_cancel_before_the_request_prevents_it() -> None:
    async def body(endpoint: LambdaEndpoint, local: LocalLambda) -> None:
        local.hold.clear()
        first = asyncio.create_task(endpoint.invoke(invocation("first")))
        await until(lambda: len(local.asked) == 1)
        waiting = asyncio.create_task(endpoint.invoke(invocation("waiting")))
        await asyncio.sleep(0)
        waiting.cancel()
        local.hold.set()
        await first
        await endpoint.invoke(invocation("last"))
        assert [asked.path.split("/")[3] for asked in local.asked] == ["first", "last"]

    with_endpoint(body, connections_max=1)


def test_connections_are_kept_and_bounded() -> None:
    async def body(endpoint: LambdaEndpoint, local: LocalLambda) -> None:
        await asyncio.gather(*(endpoint.invoke(invocation("fn")) for _ in range(12)))
        assert len({asked.connection for asked in local.asked}) <= 3

    with_endpoint(body, connections_max=3)


def test_close_does_not_wait_for_an_answer() -> None:
    """The answer never comes, and the connection is closed only because the call is given up."""

    async def body(endpoint: LambdaEndpoint, local: LocalLambda) -> None:
        local.hold.clear()
        call = asyncio.create_task(endpoint.invoke(invocation("fn")))
        await until(lambda: len(local.asked) == 1)
        call.cancel()
        await asyncio.wait([call])
        await endpoint.close()
        await until(local.gone.is_set)
        assert not local.hold.is_set()

    with_endpoint(body)


@pytest.mark.parametrize("url", ["localhost:4566", "ftp://host", "http://", ""])
def test_url_that_is_none_of_http(url: str) -> None:
    with pytest.raises(ValueError, match="must be an http or https URL"):
        LambdaEndpoint(url)
