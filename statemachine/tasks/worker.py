"""The worker program: imports the operator's modules and runs one call at a time, as AWS Lambda's Python runtime does.

Started by exec with the sources as arguments. It knows frames in and frames out, never the server, its store or its
sockets. Its standard input and output carry the frames; the functions get neither: what they print goes to standard
error. It first says `{"functions": [names]}` or `{"failed": text}`; then it answers each request (see `LambdaContext`,
and `payload`, JSON text) by `{"payload": text, "functionError": bool}`. Error texts are those of AWS's runtime.
"""

from __future__ import annotations

import ctypes
import decimal
import inspect
import json
import os
import signal
import sys
import traceback
from types import TracebackType
from typing import Any, BinaryIO

from statemachine import frames, json_text
from statemachine.tasks.functions import Function, FunctionsError, load_functions
from statemachine.tasks.invocation import RESPONSE_BYTES_MAX, response_too_large
from statemachine.tasks.lambda_context import LambdaContext

_PR_SET_PDEATHSIG = 1
_ASYNCIO = os.path.join(os.path.dirname(os.__file__), "asyncio")


class Fault(Exception):
    """An error with a name that the runtime gives, not the function."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def main(sources: list[str]) -> int:
    """Serve until the server goes away. The exit status is 1 where the sources cannot be loaded."""
    _die_with_server()
    requests, answers = _take_standard_streams()
    try:
        functions = load_functions(sources)
    except FunctionsError as error:
        traceback.print_exception(error.__cause__ or error)
        frames.write(answers, {"failed": str(error)})
        return 1
    frames.write(answers, {"functions": list(functions)})
    while True:
        try:
            request = frames.read(requests)
        except EOFError:
            return 0
        frames.write(answers, _run(functions.get(request["functionName"]), request))


def _die_with_server() -> None:
    """The kernel ends us when the server dies, also in the middle of a call; elsewhere than on Linux the end of
    standard input does, after the call."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _take_standard_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep standard input and output to ourselves, and let go of every file that the server may have left open."""
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    return requests, answers


def _run(function: Function | None, request: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request."""
    request_id = request["requestId"]
    try:
        if function is None:
            raise Fault("Runtime.HandlerNotFound", f"Handler '{request['functionName']}' missing")
        payload = _marshal(_call(function, _unmarshal(request["payload"]), _context(request)))
        failed = False
    except Fault as fault:
        sys.stderr.write(f"{fault.name}: {fault}\n")
        payload, failed = _error(fault.name, str(fault), request_id, []), True
    except Exception as error:
        traceback.print_exception(error)
        payload, failed = _error(type(error).__name__, _text(error), request_id, _stack(error.__traceback__)), True
    size = len(payload.encode())
    if size > RESPONSE_BYTES_MAX:
        payload, failed = response_too_large(size), True
    return {"payload": payload, "functionError": failed}


def _call(function: Function, event: Any, context: LambdaContext) -> Any:
    result = function.call(event, context) if function.takes_context else function.call(event)
    if inspect.iscoroutine(result):
        import asyncio  # noqa: PLC0415 - doubles the start and the memory of a worker that has no use for it

        return asyncio.run(result)
    return result


def _context(request: dict[str, Any]) -> LambdaContext:
    try:
        return LambdaContext(request)
    except ValueError as error:
        raise Fault("Runtime.LambdaContextUnmarshalError", f"Unable to parse Client Context JSON: {error}") from error


def _unmarshal(payload: str) -> Any:
    try:
        return json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from error


def _marshal(result: Any) -> str:
    """JSON text with Python's spacing. A function may also return the bytes of JSON text."""
    try:
        if isinstance(result, bytes):
            text = result.decode()
        else:
            text = json.dumps(result, ensure_ascii=False, allow_nan=False, default=_number)
        if len(text) <= RESPONSE_BYTES_MAX:  # what is longer is refused anyway
            json_text.parse(text)
    except Exception as error:  # a value of the function's own making can raise anything
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {_text(error)}") from error
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
    """The function's own frames, in the form that has no markers below the line."""
    found = [(frame.filename, frame.lineno or 0, frame.name, frame.line) for frame in traceback.extract_tb(trace)]
    while found and (found[0][0] == __file__ or found[0][0].startswith(_ASYNCIO)):
        del found[0]
    return traceback.format_list(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
