"""The operator's functions, called in worker processes. Must not know tasks or executions."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

import msgspec

from statemachine.json_text import dump
from statemachine.logs import log_printed
from statemachine.processes.pool import ProcessPool
from statemachine.processes.results import ChildEnded, Replied, StartFailed, exit_reason
from statemachine.tasks.functions.invocation import Invocation, InvocationFailure, InvocationResponse, lambda_error
from statemachine.tasks.functions.loading import FunctionsError
from statemachine.tasks.functions.messages import FunctionCall, FunctionReply, ListFunctions


class FunctionPool:
    """A FunctionRuntime of at most `workers_max` processes. More calls are queued in the order in which they arrive.

    `sources` are those of `loading`. `on_printed` is called with the name of a function (empty while modules are
    imported) and a line that it printed. Build it, `await start()`, and at the end `await close()`.
    """

    def __init__(
        self, sources: Sequence[str], workers_max: int, on_printed: Callable[[str, str], None] = log_printed
    ) -> None:
        self.functions: frozenset[str] = frozenset()
        program = ("statemachine.tasks.functions.worker", *sources)
        self._pool = ProcessPool("The process that imports the functions", program, workers_max, on_printed=on_printed)
        self._asynchronous: set[asyncio.Task[None]] = set()

    @property
    def pids(self) -> frozenset[int]:
        """The ids of the worker processes."""
        return self._pool.pids

    async def start(self) -> None:
        """Start the first worker and learn the functions' names. Raises FunctionsError."""
        match await self._pool.ask(msgspec.to_builtins(ListFunctions())):
            case Replied(names):
                self.functions = frozenset(names)
            case StartFailed(cause):
                raise FunctionsError(cause)
            case ChildEnded(status):
                raise FunctionsError(f"The process that has imported the functions ended: {exit_reason(status)}")

    def has_function(self, name: str) -> bool:
        """Is there a function of that name?"""
        return name in self.functions

    async def invoke(self, invocation: Invocation) -> InvocationResponse:
        """Call a function. Cancelling kills the worker that runs it, or takes the call out of the queue.

        An asynchronous call (`Event`) is accepted at once. It is lost if the server ends before it has run. Raises
        InvocationFailure if the system cannot start a worker.
        """
        if invocation.invocation_type == "Event":
            running = asyncio.create_task(self._run_unheard(invocation))
            self._asynchronous.add(running)
            running.add_done_callback(self._asynchronous.discard)
            return _response(invocation, 202, "", function_error=False)
        if invocation.invocation_type == "DryRun":
            return _response(invocation, 204, "", function_error=False)
        return await self._run(invocation)

    async def close(self) -> None:
        """Kill all workers and wait until they are gone. Calls that wait for a worker must be cancelled before."""
        for running in self._asynchronous:
            running.cancel()
        if self._asynchronous:
            await asyncio.wait(self._asynchronous)
        await self._pool.shut_down()

    async def _run_unheard(self, invocation: Invocation) -> None:
        with contextlib.suppress(InvocationFailure):
            await self._run(invocation)

    async def _run(self, invocation: Invocation) -> InvocationResponse:
        call = FunctionCall(
            invocation.function.name,
            invocation.function.arn,
            invocation.request_id,
            invocation.payload,
            invocation.deadline,
            invocation.client_context,
        )
        match await self._pool.ask(msgspec.to_builtins(call), label=call.function_name):
            case Replied(message):
                reply = msgspec.convert(message, FunctionReply)
                return _response(invocation, 200, reply.payload, function_error=reply.function_error)
            case StartFailed(cause, by_system=True):
                raise lambda_error(500, "ServiceException", cause, invocation.request_id)
            case StartFailed(cause):
                fields = {"errorMessage": cause, "errorType": "Runtime.ImportModuleError"}
            case ChildEnded(status):
                how = f"with error: {exit_reason(status)}" if status else "without providing a reason"
                message = f"RequestId: {invocation.request_id} Error: Runtime exited {how}"
                fields = {"errorType": "Runtime.ExitError", "errorMessage": message}
        return _response(invocation, 200, dump(fields), function_error=True)


def _response(invocation: Invocation, status: int, payload: str, *, function_error: bool) -> InvocationResponse:
    headers = {
        "Content-Length": [str(len(payload.encode()))],
        "Content-Type": ["application/json"],
        "X-Amz-Executed-Version": ["$LATEST"],
        "x-amzn-RequestId": [invocation.request_id],
    }
    return InvocationResponse(status, payload, function_error, headers)
