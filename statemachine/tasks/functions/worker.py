"""The program of a worker process: it imports the operator's modules and calls their functions, one at a time.

Requests and replies are those of `messages`. Must not know the server.
"""

from __future__ import annotations

import decimal
import inspect
import json
import sys
from collections.abc import Mapping
from typing import Any

import msgspec

from statemachine import json_text
from statemachine.processes.child_program import Handler, serve
from statemachine.processes.frames import JsonValue
from statemachine.tasks.functions.invocation import RESPONSE_BYTES_MAX, response_too_large
from statemachine.tasks.functions.lambda_context import LambdaContext
from statemachine.tasks.functions.lambda_environment import LambdaEnvironment
from statemachine.tasks.functions.loading import LoadedFunction, load_functions
from statemachine.tasks.functions.messages import (
    FunctionCall,
    FunctionList,
    FunctionReply,
    ListFunctions,
    WorkerRequest,
)
from statemachine.tasks.functions.source_files import loaded_files
from statemachine.tasks.functions.user_frames import format_frames, user_traceback


class WorkerError(Exception):
    """An error that the runtime names, not the function."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def prepare(sources: list[str]) -> Handler:
    """Import the sources; returns the function that turns a request into its reply. Raises FunctionsError."""
    functions = load_functions(sources)
    environment = LambdaEnvironment()
    environment.print_log_records()

    def handle(request: JsonValue) -> JsonValue:
        asked = msgspec.convert(request, WorkerRequest)
        if isinstance(asked, ListFunctions):
            return msgspec.to_builtins(FunctionList(list(functions), loaded_files()))
        environment.enter(asked)
        return msgspec.to_builtins(_perform(functions, asked))

    return handle


def _perform(functions: Mapping[str, LoadedFunction], call: FunctionCall) -> FunctionReply:
    try:
        function = functions.get(call.function_name)
        if function is None:
            raise WorkerError("Runtime.HandlerNotFound", f"Handler '{call.function_name}' missing")
        payload = _marshal(_result(function, _unmarshal(call.payload), _context(call)))
        failed = False
    except WorkerError as error:
        sys.stderr.write(f"{error.name}: {error}\n")
        payload, failed = _error(error.name, str(error), call.request_id, []), True
    except Exception as error:
        trace = user_traceback(error)
        trace.print()
        payload, failed = _error(type(error).__name__, _text(error), call.request_id, format_frames(trace)), True
    size = len(payload.encode())
    if size > RESPONSE_BYTES_MAX:
        payload, failed = response_too_large(size), True
    sys.stdout.flush()  # what was printed is in the pipe before the reply is
    sys.stderr.flush()
    return FunctionReply(payload, failed)


def _result(function: LoadedFunction, event: Any, context: LambdaContext) -> Any:
    result = function.call(event, context) if function.takes_context else function.call(event)
    if inspect.iscoroutine(result):
        import asyncio  # noqa: PLC0415 - it doubles a worker's memory and time to start, and few functions need it

        return asyncio.run(result)
    return result


def _context(call: FunctionCall) -> LambdaContext:
    try:
        return LambdaContext(call)
    except ValueError as error:
        message = f"Unable to parse Client Context JSON: {error}"
        raise WorkerError("Runtime.LambdaContextUnmarshalError", message) from error


def _unmarshal(payload: str) -> Any:
    try:
        return json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise WorkerError("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from error


def _marshal(result: Any) -> str:
    """JSON text with Python's spacing. A function may also return the bytes of JSON text."""
    try:
        if isinstance(result, bytes):
            text = result.decode()
        else:
            text = json.dumps(result, ensure_ascii=False, allow_nan=False, default=_number)
        if len(text) <= RESPONSE_BYTES_MAX:  # a longer one is refused anyway
            json_text.parse(text)
    except Exception as error:  # objects of the function's own classes can raise anything
        raise WorkerError("Runtime.MarshalError", f"Unable to marshal response: {_text(error)}") from error
    return text


def _number(value: Any) -> Any:
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _error(name: str, message: str, request_id: str, stack: list[str]) -> str:
    fields = {"errorMessage": message, "errorType": name, "requestId": request_id, "stackTrace": stack}
    return json.dumps(fields, ensure_ascii=False).encode(errors="replace").decode()


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return f"<unprintable {type(error).__name__} object>"  # as the traceback module says it


if __name__ == "__main__":
    sys.exit(serve(lambda: prepare(sys.argv[1:])))
