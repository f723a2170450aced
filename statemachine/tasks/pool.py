"""Worker processes that run the operator's functions: started when needed, kept, killed, replaced.

Knows calls and processes, nothing of tasks or executions. All methods belong to one event loop, in a thread that
lives as long as the server (on Linux the workers die with the thread that started them).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

from statemachine.json_text import dump
from statemachine.tasks.functions import FunctionsError
from statemachine.tasks.invocation import Invocation, InvocationResponse
from statemachine.tasks.worker_process import Printed, WorkerEnded, WorkerProcess

CLOSE_SECONDS_MAX = 5.0


def print_to_stderr(function: str, line: str) -> None:
    """The default for what functions print."""
    sys.stderr.write(f"[{function}] {line}\n" if function else f"{line}\n")


class FunctionPool:
    """A FunctionHost of at most `workers_max` processes; more calls wait in order of arrival.

    `sources` are as in `functions.py`. Build it, `await start()`, and at the end `await close()`.
    """

    def __init__(self, sources: Sequence[str], workers_max: int, printed: Printed = print_to_stderr) -> None:
        self.functions: frozenset[str] = frozenset()
        self._sources = tuple(sources)
        self._printed = printed
        self._free = asyncio.Semaphore(workers_max)
        self._idle: list[WorkerProcess] = []
        self._workers: set[WorkerProcess] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def processes(self) -> frozenset[int]:
        """The ids of the worker processes."""
        return frozenset(worker.id for worker in self._workers)

    async def start(self) -> None:
        """Start the first worker and learn the functions' names. Raises FunctionsError."""
        worker = await self._take()
        self.functions = worker.functions
        self._give_back(worker)

    def has(self, name: str) -> bool:
        """Is there a function of that name?"""
        return name in self.functions

    async def invoke(self, invocation: Invocation) -> InvocationResponse:
        """Call a function. Cancelling kills the worker that runs it, or takes the call out of the queue.

        An asynchronous call (`Event`) is accepted at once and forgotten when the server ends before it has run.
        """
        if invocation.invocation_type == "Event":
            self._keep(asyncio.create_task(self._run(invocation)))
            return _response(invocation, 202, "", function_error=False)
        if invocation.invocation_type == "DryRun":
            return _response(invocation, 204, "", function_error=False)
        return await self._run(invocation)

    async def close(self) -> None:
        """Kill all workers and wait until they are gone, at most CLOSE_SECONDS_MAX. Calls that wait for a worker must
        have been cancelled before."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        for worker in self._workers:
            worker.kill()
        if self._workers:
            await asyncio.wait([worker.ended for worker in self._workers], timeout=CLOSE_SECONDS_MAX)

    async def _run(self, invocation: Invocation) -> InvocationResponse:
        try:
            worker = await self._take()
        except FunctionsError as error:
            fields = {"errorMessage": str(error), "errorType": "Runtime.ImportModuleError"}
            return _response(invocation, 200, dump(fields), function_error=True)
        try:
            answer = await worker.call(
                invocation.function.name,
                {
                    "functionName": invocation.function.name,
                    "functionArn": invocation.function.arn,
                    "requestId": invocation.request_id,
                    "payload": invocation.payload,
                    "deadline": invocation.deadline,
                    "clientContext": invocation.client_context,
                },
            )
        except WorkerEnded as ended:
            how = "without providing a reason" if ended.status == 0 else f"with error: {ended}"
            message = f"RequestId: {invocation.request_id} Error: Runtime exited {how}"
            fields = {"errorType": "Runtime.ExitError", "errorMessage": message}
            return _response(invocation, 200, dump(fields), function_error=True)
        except asyncio.CancelledError:
            worker.kill()
            raise
        finally:
            self._give_back(worker)
        return _response(invocation, 200, answer["payload"], function_error=answer["functionError"])

    async def _take(self) -> WorkerProcess:
        """A worker that is free, started anew where there is none. Raises FunctionsError."""
        await self._free.acquire()
        while self._idle:
            worker = self._idle.pop()
            if worker.alive:
                return worker
        starting = asyncio.create_task(WorkerProcess.start(self._sources, self._printed))
        self._keep(starting)
        starting.add_done_callback(self._started)
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            # The import goes on: were it begun again by each attempt, a short time-out could never be met.
            starting.add_done_callback(self._started_for_nobody)
            raise
        except BaseException:
            self._free.release()
            raise

    def _give_back(self, worker: WorkerProcess) -> None:
        if worker.alive:
            self._idle.append(worker)
        self._free.release()

    def _started(self, starting: asyncio.Task[WorkerProcess]) -> None:
        if not starting.cancelled() and starting.exception() is None:
            worker = starting.result()
            self._workers.add(worker)
            worker.ended.add_done_callback(lambda _: self._workers.discard(worker))

    def _started_for_nobody(self, starting: asyncio.Task[WorkerProcess]) -> None:
        if starting.cancelled() or starting.exception() is not None:
            self._free.release()
        else:
            self._give_back(starting.result())

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _response(invocation: Invocation, status: int, payload: str, *, function_error: bool) -> InvocationResponse:
    headers = {
        "Content-Length": [str(len(payload.encode()))],
        "Content-Type": ["application/json"],
        "X-Amz-Executed-Version": ["$LATEST"],
        "x-amzn-RequestId": [invocation.request_id],
    }
    return InvocationResponse(status, payload, function_error, headers)
