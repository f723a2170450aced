"""The operator's functions, called in worker processes. Must not know tasks or executions."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence

import msgspec
import structlog

from statemachine.json_text import dump
from statemachine.logs import log_printed
from statemachine.processes.pool import ProcessPool
from statemachine.processes.printed import PrintedTail
from statemachine.processes.results import ChildEnded, Replied, RequestResult, StartFailed, exit_reason
from statemachine.safe_text import safe
from statemachine.tasks.functions.handed_on import handed_on
from statemachine.tasks.functions.invocation import Invocation, InvocationFailure, InvocationResponse, lambda_error
from statemachine.tasks.functions.loading import FunctionsError
from statemachine.tasks.functions.messages import FunctionCall, FunctionList, FunctionReply, ListFunctions
from statemachine.tasks.functions.source_files import SourceFiles

POLL_SECONDS = 1.0
"""How long a changed file may stay unnoticed."""

log = structlog.get_logger()


class FunctionPool:
    """A FunctionRuntime of at most `workers_max` processes. More calls are queued in the order in which they arrive.

    `sources` are those of `loading`. `on_printed` is called with the name of a function (empty while modules are
    imported) and a line that it printed, in which control characters are escaped. `pass_environment` names variables
    that functions get beside those that are always handed on; `region` is that of the server. Build it,
    `await start()`, and at the end `await close()`.
    """

    def __init__(
        self,
        sources: Sequence[str],
        workers_max: int,
        on_printed: Callable[[str, str], None] = log_printed,
        *,
        region: str = "us-east-1",
        pass_environment: Sequence[str] = (),
    ) -> None:
        self.function_names: frozenset[str] = frozenset()
        self._new_pool: Callable[[], ProcessPool] = lambda: ProcessPool(
            "The process that imports the functions",
            ("statemachine.tasks.functions.worker", *sources),
            workers_max,
            inherited=handed_on(os.environ, pass_environment),
            environment={"AWS_REGION": region, "AWS_DEFAULT_REGION": region},
            on_printed=lambda function, line: on_printed(function, safe(line)),
        )
        self._pool = self._new_pool()
        self._files = SourceFiles(())
        self._calls: Counter[ProcessPool] = Counter()
        self._background: set[asyncio.Task[None]] = set()

    @property
    def pids(self) -> frozenset[int]:
        """The ids of the worker processes, also of those that imported an earlier state of the files."""
        return frozenset().union(*(pool.pids for pool in {self._pool, *self._calls}))

    async def start(self) -> None:
        """Start the first worker, learn the functions' names, and follow the files. Raises FunctionsError."""
        await self._learn(self._pool)
        self._do(self._follow_files())

    async def refresh(self) -> None:
        """If a file of the operator's modules has changed, let new workers perform all further calls.

        A call that is under way ends in its worker, which ends then. If the modules cannot be imported, the workers
        stay until the next change.
        """
        changed = self._files.changed()
        if not changed:
            return
        fresh = self._new_pool()
        try:
            await self._learn(fresh)
        except FunctionsError as error:
            reason, _, frames = str(error).partition("\n")
            more = {"exception": frames} if frames else {}
            log.error("functions not reloaded", files=changed, error=reason, **more)
            await fresh.shut_down()
            return
        except asyncio.CancelledError:
            fresh.kill_all()
            raise
        old, self._pool = self._pool, fresh
        log.info("functions reloaded", files=changed)
        if not self._calls[old]:
            del self._calls[old]
            await old.shut_down()

    def has_function(self, name: str) -> bool:
        """Is there a function of that name?"""
        return name in self.function_names

    async def invoke(self, invocation: Invocation) -> InvocationResponse:
        """Call a function. Cancelling kills the worker that runs it, or takes the call out of the queue.

        An asynchronous call (`Event`) is accepted at once. It is lost if the server ends before it has run. Raises
        InvocationFailure if the system cannot start a worker.
        """
        if invocation.invocation_type == "Event":
            self._do(self._run_unheard(invocation))
            return _response(invocation, 202, "", function_error=False)
        if invocation.invocation_type == "DryRun":
            return _response(invocation, 204, "", function_error=False)
        return await self._run(invocation)

    async def close(self) -> None:
        """Kill all workers and wait until they are gone. Calls that wait for a worker must be cancelled before."""
        for running in self._background:
            running.cancel()
        if self._background:
            await asyncio.wait(self._background)
        await asyncio.gather(*(pool.shut_down() for pool in {self._pool, *self._calls}))

    async def _learn(self, pool: ProcessPool) -> None:
        """Ask a worker of the pool for the functions. Raises FunctionsError."""
        match await pool.ask(msgspec.to_builtins(ListFunctions())):
            case Replied(message):
                found = msgspec.convert(message, FunctionList)
                self.function_names = frozenset(found.names)
                self._files = SourceFiles(found.files)
            case StartFailed(cause):
                raise FunctionsError(cause)
            case ChildEnded(status):
                raise FunctionsError(f"The process that has imported the functions ended: {exit_reason(status)}")

    async def _follow_files(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await self.refresh()

    def _do(self, work: Coroutine[None, None, None]) -> None:
        running = asyncio.get_running_loop().create_task(work)
        self._background.add(running)
        running.add_done_callback(self._background.discard)

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
        match await self._ask(call, invocation.printed):
            case Replied(message):
                reply = msgspec.convert(message, FunctionReply)
                return _response(invocation, 200, reply.payload, function_error=reply.function_error)
            case StartFailed(cause, by_system=True):
                raise lambda_error(500, "ServiceException", cause, invocation.request_id)
            case StartFailed(cause):
                if invocation.printed is not None:
                    invocation.printed.add(f"{cause}\n".encode())
                fields = {"errorMessage": cause.partition("\n")[0], "errorType": "Runtime.ImportModuleError"}
            case ChildEnded(status):
                how = f"with error: {exit_reason(status)}" if status else "without providing a reason"
                message = f"RequestId: {invocation.request_id} Error: Runtime exited {how}"
                fields = {"errorType": "Runtime.ExitError", "errorMessage": message}
        return _response(invocation, 200, dump(fields), function_error=True)

    async def _ask(self, call: FunctionCall, printed: PrintedTail | None) -> RequestResult:
        pool = self._pool
        self._calls[pool] += 1
        try:
            return await pool.ask(msgspec.to_builtins(call), call.function_name, printed)
        finally:
            self._calls[pool] -= 1
            if not self._calls[pool]:
                del self._calls[pool]
                if pool is not self._pool:
                    self._do(pool.shut_down())


def _response(invocation: Invocation, status: int, payload: str, *, function_error: bool) -> InvocationResponse:
    headers = {
        "Content-Length": [str(len(payload.encode()))],
        "Content-Type": ["application/json"],
        "X-Amz-Executed-Version": ["$LATEST"],
        "x-amzn-RequestId": [invocation.request_id],
    }
    return InvocationResponse(status, payload, function_error, headers)
