"""Task states that call a Lambda function, by its ARN or through `lambda:invoke`. Must not know where functions run."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from statemachine.arn import split_arn
from statemachine.core.limits import PAYLOAD_BYTES_MAX
from statemachine.json_text import JsonError, dump, load, parse
from statemachine.processes.printed import PrintedTail
from statemachine.tasks.coroutine_kind import CoroutineKind
from statemachine.tasks.functions.invocation import (
    FUNCTION_NAME_PATTERN,
    FunctionName,
    FunctionRuntime,
    Invocation,
    InvocationFailure,
    InvocationResponse,
    function_not_found,
    lambda_error,
    parse_function_name,
)
from statemachine.tasks.kind import LOG_BYTES_MAX, Failed, Succeeded, TaskAttempt, TaskLog, TaskResult

_DIRECT = re.compile(r"arn:aws[a-zA-Z-]*:lambda:[^:]*:[^:]*:function:.+")
_INVOKE = re.compile(r"arn:aws[a-zA-Z-]*:states:::lambda:invoke(\.waitForTaskToken)?")
_MEMBERS = {
    "FunctionName": re.compile(r"(?s).+"),
    "Qualifier": re.compile(r"\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_$]+"),
    "InvocationType": re.compile(r"Event|RequestResponse|DryRun"),
    "LogType": re.compile(r"None|Tail"),
    "ClientContext": re.compile(r"[a-zA-Z0-9+/=]{0,3583}"),
}
"""The members of `lambda:invoke` beside Payload, and their patterns (service model)."""


class LambdaTasks(CoroutineKind):
    """Calls each function in the first of the `runtimes` that has it."""

    def __init__(self, *runtimes: FunctionRuntime) -> None:
        super().__init__()
        self._runtimes = runtimes
        self._printed: dict[str, PrintedTail] = {}

    @property
    def function_names(self) -> frozenset[str] | None:
        """The names of all functions, None if a runtime cannot list its own."""
        names: set[str] = set()
        for runtime in self._runtimes:
            if runtime.function_names is None:
                return None
            names |= runtime.function_names
        return frozenset(names)

    def accepts(self, resource: str) -> bool:
        """The ARN of a function, or the optimised integration with or without a task token."""
        return bool(_DIRECT.fullmatch(resource) or _INVOKE.fullmatch(resource))

    async def perform(self, task: TaskAttempt) -> TaskResult:
        """An error of the function fails the task under its own name, an error of Lambda as `Lambda.…Exception`."""
        printed = self._printed[task.token] = PrintedTail(LOG_BYTES_MAX)
        try:
            result = await self._perform(task, printed)
        finally:
            if self._printed.get(task.token) is printed:
                del self._printed[task.token]
        return replace(result, log=_log(printed))

    def printed_by(self, token: str) -> TaskLog | None:
        """What the function has printed so far."""
        printed = self._printed.get(token)
        return None if printed is None else _log(printed)

    async def close(self) -> None:
        """End the calls, then their runtimes."""
        await super().close()
        for runtime in self._runtimes:
            await runtime.close()

    async def _perform(self, task: TaskAttempt, printed: PrintedTail) -> TaskResult:
        try:
            if _INVOKE.fullmatch(task.resource):
                return await self._perform_by_integration(task, printed)
            return await self._perform_by_arn(task, printed)
        except InvocationFailure as failure:
            return Failed(failure.error, failure.cause)

    async def _perform_by_arn(self, task: TaskAttempt, printed: PrintedTail) -> TaskResult:
        """The task's input and output are the payloads, as they were written (recorded)."""
        function = _function(task, task.resource)
        invocation = Invocation(function, task.arguments_text, task.idempotency_key, task.timeout_at, printed=printed)
        response = await self._invoke(invocation)
        if response.function_error:
            return _function_failed(response.payload, rewritten=False)
        return Succeeded(response.payload)

    async def _perform_by_integration(self, task: TaskAttempt, printed: PrintedTail) -> TaskResult:
        """The output is the whole response of Lambda, rewritten compact (recorded)."""
        given = _given(task.arguments)
        mistakes = _mistakes(given)
        if mistakes:
            cause = (
                f"The Parameters '{task.arguments_text}' could not be used to start the Task: [{', '.join(mistakes)}]"
            )
            return Failed("States.Runtime", cause)
        response = await self._invoke(replace(_invocation(task, given), printed=printed))
        if response.function_error:
            return _function_failed(response.payload, rewritten=True)
        if len(response.payload) > PAYLOAD_BYTES_MAX:
            return Succeeded(response.payload)  # too large in any form: it is not read
        return Succeeded(dump(_result(response, task.idempotency_key)))

    async def _invoke(self, invocation: Invocation) -> InvocationResponse:
        runtime = next((runtime for runtime in self._runtimes if runtime.has_function(invocation.function.name)), None)
        if runtime is None:
            raise function_not_found(invocation)
        return await runtime.invoke(invocation)


def _log(printed: PrintedTail) -> TaskLog | None:
    return TaskLog(printed.text, printed.cut) if printed.text else None


def _function(task: TaskAttempt, name: str) -> FunctionName:
    arn = split_arn(task.execution_arn)
    assert arn is not None
    function = parse_function_name(name, arn.partition, task.region, task.account)
    if function is None:
        raise lambda_error(
            400,
            "ValidationException",
            f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {FUNCTION_NAME_PATTERN}",
            task.idempotency_key,
        )
    return function


def _given(arguments: Any) -> dict[str, Any]:
    """The arguments of `lambda:invoke`. One that is null counts as left out (recorded for service integrations)."""
    members = arguments if isinstance(arguments, dict) else {}
    known = (*_MEMBERS, "Payload")
    return {name: value for name, value in members.items() if value is not None or name not in known}


def _mistakes(arguments: dict[str, Any]) -> list[str]:
    """The mistakes in the arguments of `lambda:invoke`."""
    if "FunctionName" not in arguments:
        return ["The field 'FunctionName' is required but was missing"]
    mistakes = []
    for name, value in arguments.items():
        if name == "Payload":
            continue
        if name not in _MEMBERS:
            mistakes.append(f"The field '{name}' is not supported by Step Functions")
        elif not isinstance(value, str):
            mistakes.append(f"The value for the field '{name}' must be a STRING")
        elif not _MEMBERS[name].fullmatch(value):
            mistakes.append(f"The value for the field '{name}' must match {_MEMBERS[name].pattern}")
    return mistakes


def _invocation(task: TaskAttempt, given: dict[str, Any]) -> Invocation:
    function = _function(task, given["FunctionName"])
    qualifier = given.get("Qualifier", function.qualifier)
    if function.qualifier not in (None, qualifier):
        message = "The derived qualifier from the function name does not match the specified qualifier."
        raise lambda_error(400, "InvalidParameterValueException", message, task.idempotency_key)
    return Invocation(
        replace(function, qualifier=qualifier),
        _payload(given),
        task.idempotency_key,
        task.timeout_at,
        given.get("InvocationType", "RequestResponse"),
        given.get("LogType"),
        given.get("ClientContext"),
    )


def _payload(arguments: dict[str, Any]) -> str:
    """A string is JSON text already. (recorded): the Payload "[]" reaches the function as an empty list."""
    payload = arguments.get("Payload", "{}")
    return payload if isinstance(payload, str) else dump(payload)


def _function_failed(payload: str, *, rewritten: bool) -> Failed:
    """The function's runtime names the error. Its description is the cause, `rewritten` compact for `lambda:invoke`
    (recorded)."""
    try:
        description = parse(payload)
    except JsonError:
        description = None
    name = description.get("errorType") if isinstance(description, dict) else None
    if not isinstance(name, str) or not name:
        unknown = "The cause could not be determined because Lambda did not return an error type."
        return Failed("Lambda.Unknown", f"{unknown} Returned payload: {payload}")
    return Failed(name, dump(description) if rewritten else payload)


def _result(response: InvocationResponse, request_id: str) -> dict[str, Any]:
    """The members in their order (recorded). An asynchronous call has an empty payload."""
    headers = {name: ", ".join(values) for name, values in response.headers.items()}
    optional = {
        "ExecutedVersion": response.header("X-Amz-Executed-Version"),
        "LogResult": response.header("X-Amz-Log-Result"),
    }
    return {
        **{name: value for name, value in optional.items() if value is not None},
        "Payload": load(response.payload) if response.status == 200 else "",
        "SdkHttpMetadata": {
            "AllHttpHeaders": response.headers,
            "HttpHeaders": {name: headers[name] for name in sorted(headers, key=str.lower)},
            "HttpStatusCode": response.status,
        },
        "SdkResponseMetadata": {"RequestId": response.header("x-amzn-RequestId") or request_id},
        "StatusCode": response.status,
    }
