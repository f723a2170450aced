"""The messages between the server and a worker process. Must not know how they are sent."""

from __future__ import annotations

import msgspec


class ListFunctions(msgspec.Struct, frozen=True, tag=True):
    """Asks for the names of the functions. The reply is a FunctionList."""


class FunctionList(msgspec.Struct, frozen=True):
    """The names of the functions, and the files of the operator's modules."""

    names: list[str]
    files: list[str]


class FunctionCall(msgspec.Struct, frozen=True, tag=True):
    """Asks for one call. The reply is a FunctionReply.

    `payload` is JSON text. `deadline` is in epoch seconds, None if the task has no time-out. `client_context` is base64
    of JSON text, None if none was given.
    """

    function_name: str
    function_arn: str
    request_id: str
    payload: str
    deadline: float | None
    client_context: str | None


WorkerRequest = ListFunctions | FunctionCall


class FunctionReply(msgspec.Struct, frozen=True):
    """The end of one call. `payload` is JSON text: the function's result, or with `function_error` the error in the
    words of AWS's runtime."""

    payload: str
    function_error: bool
