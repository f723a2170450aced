"""Functions behind an HTTP endpoint with Lambda's Invoke API, such as a local Lambda emulator.

The operator names the endpoint; no other address is ever called. Its responses are not trusted: they are bounded in
size and time and parsed strictly. Must not read the environment or know tasks.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlsplit

import urllib3

from statemachine.json_text import JsonError, parse_bytes
from statemachine.tasks.functions.abortable import Exchange, abortable_pool
from statemachine.tasks.functions.invocation import (
    RESPONSE_BYTES_MAX,
    Invocation,
    InvocationFailure,
    InvocationResponse,
    lambda_error,
    response_too_large,
)

CONNECT_SECONDS_MAX = 5.0
INVOKE_SECONDS_MAX = 910.0
"""A Lambda function may run for 15 minutes; 10 seconds more are for the connection."""


class LambdaEndpoint:
    """A FunctionRuntime. The path of `url`, if it has one, comes before that of Invoke. At most `connections_max` calls
    are under way at once; more are queued. Raises ValueError if `url` is not an http or https URL."""

    def __init__(self, url: str, connections_max: int = 32) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"The Lambda endpoint must be an http or https URL, not '{url}'")
        self._prefix = parts.path.rstrip("/")
        self._pool = abortable_pool(url, connections_max, CONNECT_SECONDS_MAX)
        self._threads = ThreadPoolExecutor(connections_max, thread_name_prefix="lambda-endpoint")
        self._free = asyncio.Semaphore(connections_max)

    @property
    def function_names(self) -> None:
        """Only the endpoint knows its functions."""
        return None

    def has_function(self, name: str) -> bool:
        """Always: only the endpoint knows its functions."""
        return True

    async def invoke(self, invocation: Invocation) -> InvocationResponse:
        """Call the function once. Raises InvocationFailure. Cancelling closes the connection."""
        async with self._free:
            exchange = Exchange()
            response = asyncio.get_running_loop().run_in_executor(self._threads, self._post, exchange, invocation)
            try:
                async with asyncio.timeout(INVOKE_SECONDS_MAX):
                    return await response
            except TimeoutError:
                raise _unreachable(f"no answer within {INVOKE_SECONDS_MAX:.0f} seconds") from None
            finally:
                exchange.abort()

    async def close(self) -> None:
        """Release connections and threads. Calls under way must have been cancelled before."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._pool.close()

    def _post(self, exchange: Exchange, invocation: Invocation) -> InvocationResponse:
        path = f"{self._prefix}/2015-03-31/functions/{quote(invocation.function.name)}/invocations"
        if invocation.function.qualifier:
            path += f"?Qualifier={quote(invocation.function.qualifier)}"
        try:
            with exchange:
                response = self._pool.urlopen(
                    "POST",
                    path,
                    body=invocation.payload.encode(),
                    headers=_headers(invocation),
                    retries=False,
                    redirect=False,
                    preload_content=False,
                    decode_content=False,
                )
                body = _bounded(response)
        except urllib3.exceptions.HTTPError as error:
            raise _unreachable(str(error)) from error
        return _read(response, body, invocation)


def _bounded(response: urllib3.BaseHTTPResponse) -> bytes:
    """The body, or a little more than RESPONSE_BYTES_MAX bytes of it. Raises an HTTPError if it ends too early."""
    body = bytearray()
    for piece in response.stream():
        body += piece
        if len(body) > RESPONSE_BYTES_MAX:
            response.close()
            break
    return bytes(body)


def _headers(invocation: Invocation) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        "Idempotency-Key": invocation.request_id,
        "X-Amz-Invocation-Type": invocation.invocation_type,
    }
    if invocation.log_type:
        headers["X-Amz-Log-Type"] = invocation.log_type
    if invocation.client_context:
        headers["X-Amz-Client-Context"] = invocation.client_context
    return headers


def _read(response: urllib3.BaseHTTPResponse, body: bytes, invocation: Invocation) -> InvocationResponse:
    """Raises InvocationFailure if a function did not give this response."""
    if not 200 <= response.status < 300:
        raise _error_response(response, body, invocation)
    headers = {name: response.headers.getlist(name) for name in response.headers}
    if len(body) > RESPONSE_BYTES_MAX:
        return InvocationResponse(response.status, response_too_large(len(body)), True, headers)
    function_error = "X-Amz-Function-Error" in response.headers
    if response.status == 200 and not function_error:
        try:
            parse_bytes(body)
        except JsonError as error:
            raise InvocationFailure("Lambda.Unknown", f"The function's payload is not JSON: {error}") from error
    return InvocationResponse(response.status, body.decode(errors="replace"), function_error, headers)


def _error_response(response: urllib3.BaseHTTPResponse, body: bytes, invocation: Invocation) -> InvocationFailure:
    status = f"{response.status} {response.reason or ''}".strip()
    code = response.headers.get("x-amzn-ErrorType", "").partition(":")[0].rpartition("#")[2] or status
    try:
        fields = parse_bytes(body)
    except JsonError:
        fields = None
    message = (fields.get("Message") or fields.get("message")) if isinstance(fields, dict) else None
    request_id = response.headers.get("x-amzn-RequestId", invocation.request_id)
    return lambda_error(response.status, code, message or status, request_id)


def _unreachable(reason: str) -> InvocationFailure:
    return InvocationFailure("Lambda.SdkClientException", f"Unable to execute HTTP request: {reason}")
