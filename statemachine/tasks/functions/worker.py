"""The program of a worker process: it imports the operator's modules and calls their functions, one at a time.

Requests and replies are those of `messages`. Must not know the server.
"""

from __future__ import annotations

import decimal
import inspect
import json
import os
import sys
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import msgspec

from statemachine import json_text
from statemachine.processes.child_program import Handler, serve
from statemachine.tasks.functions.invocation import RESPONSE_BYTES_MAX, response_too_large
from statemachine.tasks.functions.lambda_context import LambdaContext
from statemachine.tasks.functions.loading import LoadedFunction, load_functions
from statemachine.tasks.functions.messages import FunctionCall, FunctionReply, ListFunctions, WorkerRequest

_ASYNCIO = os.path.join(os.path.dirname(os.__file__), "asyncio")


class WorkerError(Exception):
    """An error that the runtime names, not the function."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def prepare(sources: list[str]) -> Handler:
    """Import the sources; returns the function that turns a request into its reply. Raises FunctionsError."""
    functions = load_functions(sources)
    return lambda request: msgspec.to_builtins(_reply(functions, msgspec.convert(request, WorkerRequest)))


def _reply(functions: Mapping[str, LoadedFunction], request: WorkerRequest) -> list[str] | FunctionReply:
    return list(functions) if isinstance(request, ListFunctions) else _perform(functions, request)


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
        traceback.print_exception(error)
        payload, failed = _error(type(error).__name__, _text(error), call.request_id, _stack(error.__traceback__)), True
    size = len(payload.encode())
    if size > RESPONSE_BYTES_MAX:
        payload, failed = response_too_large(size), True
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


def _stack(trace: TracebackType | None) -> list[str]:
    """The function's own frames, without Python's markers below the lines."""
    found = [(frame.filename, frame.lineno or 0, frame.name, frame.line) for frame in traceback.extract_tb(trace)]
    while found and (found[0][0] == __file__ or found[0][0].startswith(_ASYNCIO)):
        del found[0]
    return traceback.format_list(found)


if __name__ == "__main__":
    sys.exit(serve(lambda: prepare(sys.argv[1:])))
