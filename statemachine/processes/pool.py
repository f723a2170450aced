"""A pool of child processes that reply to requests. Must not know the meaning of a request."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import structlog

from statemachine.processes import launch
from statemachine.processes.child_process import ChildProcess
from statemachine.processes.frames import JsonValue
from statemachine.processes.printed import PrintedTail
from statemachine.processes.results import ChildEnded, Replied, RequestResult, StartFailed, exit_reason
from statemachine.processes.standstill import StandstillLimit
from statemachine.processes.time_limit import TimeLimit

START_SECONDS_MAX = 60.0
"""How long a child may take until it is ready for its first request."""
ROOM_SECONDS = 1.0
"""The pause after the system had no room for one more child."""
CLOSE_SECONDS_MAX = 5.0

log = structlog.get_logger()


@dataclass(eq=False)
class PoolRequest:
    """A message for a `child`, which is None while the request is queued.

    `settle` is called once with the result; it may submit the same request again. `label` is passed to the pool's
    `on_printed` with the lines that the child prints. `printed` gets what the child prints until its reply.
    """

    message: JsonValue
    settle: Callable[[RequestResult], None]
    label: str = ""
    printed: PrintedTail | None = None
    child: _Child | None = None

    def wait(self, seconds: float) -> None:
        """Block the event loop until the child has replied, at most `seconds`, rounded up to a millisecond."""
        if self.child is not None:
            self.child.stdout.wait(seconds)


class ProcessPool:
    """At most `children_max` processes that run the `program`, a module and its arguments. More requests are queued in
    the order in which they arrive.

    `title` names a process in messages. A child gets the variables of the server's environment that `inherited` names,
    all if that is None, and those of `environment`. The pool starts `spare` children more than there are requests. It
    keeps `idle_max` children when there are no requests, all if that is None. A child that has a request and uses no
    processor time for `standstill_seconds` is killed, at the latest after twice that time. A start that failed is tried
    again after `retry_seconds`; if that is None, the oldest queued request gets StartFailed, unless the system has no
    room for one more child and the request can wait for another. `on_printed` is called with the label of a child's
    last request (empty before the first) and a line.
    """

    def __init__(
        self,
        title: str,
        program: Sequence[str],
        children_max: int,
        *,
        inherited: Collection[str] | None = None,
        environment: Mapping[str, str] | None = None,
        spare: int = 0,
        idle_max: int | None = None,
        standstill_seconds: float | None = None,
        retry_seconds: float | None = None,
        on_printed: Callable[[str, str], None] = lambda label, line: None,
    ) -> None:
        self.argv = (sys.executable, "-P", launch.__file__, *program)
        given = os.environ.items() if inherited is None else ((name, os.environ.get(name)) for name in inherited)
        self.environment = {name: text for name, text in given if text is not None} | dict(environment or {})
        self.standstill_seconds = standstill_seconds
        self.on_printed = on_printed
        self.title = title
        self._children_max = children_max
        self._spare = spare
        self._idle_max = idle_max
        self._retry_seconds = retry_seconds
        self._startable = True
        self._queue: deque[PoolRequest] = deque()
        self._children: list[_Child] = []

    @property
    def pids(self) -> frozenset[int]:
        """The ids of all processes that have not ended, also of those that were killed."""
        return frozenset(child.pid for child in self._children)

    async def ask(self, message: JsonValue, label: str = "", printed: PrintedTail | None = None) -> RequestResult:
        """Send a message to a child and return the result, after `printed` has all that the child has printed by then.
        Cancelling kills the child or takes the request out of the queue."""
        result: asyncio.Future[RequestResult] = asyncio.get_running_loop().create_future()
        request = PoolRequest(
            message, lambda given: None if result.done() else result.set_result(given), label, printed
        )
        self.submit(request)
        try:
            return await result
        except asyncio.CancelledError:
            if request in self._queue:
                self._queue.remove(request)
            if request.child is not None:
                request.child.abandon()
            raise

    def submit(self, request: PoolRequest, *, first: bool = False) -> None:
        """Queue a request, before all others if `first`."""
        (self._queue.appendleft if first else self._queue.append)(request)
        self._assign()

    def kill_all(self) -> None:
        """Kill all children at once, also if the loop is about to end. No request gets a result any more."""
        self._children_max = 0
        for child in list(self._children):
            child.abandon()
            child.stderr.close()

    async def shut_down(self) -> None:
        """Kill all children and wait until they are gone, at most CLOSE_SECONDS_MAX.

        Requests under way get ChildEnded; queued requests get no result.
        """
        self._children_max = 0
        for child in list(self._children):
            child.kill()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS_MAX):
                while self._children:
                    await asyncio.sleep(0.005)

    def _assign(self) -> None:
        """Give requests to resting children; start the children that are missing and end those that are too many."""
        usable = [child for child in self._children if child.usable]
        resting = [child for child in usable if child.request is None]
        starting = [child for child in usable if child.starting]
        missing = min(len(self._queue) + self._spare - len(resting) - len(starting), self._children_max - len(usable))
        while self._queue and resting:
            resting.pop(0).take(self._queue.popleft())
        if missing > 0 and self._startable:
            self._start_children(missing)
        if self._idle_max is not None:
            for child in resting[self._idle_max :]:
                child.kill()

    def _start_children(self, count: int) -> None:
        try:
            for _ in range(count):
                self._children.append(_Child(self))
        except OSError as error:  # the system has no room for a process just now
            self._start_failed(f"{self.title} cannot be started: {error}", by_system=True)

    def _start_failed(self, cause: str, *, by_system: bool = False) -> None:
        self._startable = False
        pause = 0.0
        if self._retry_seconds is not None:
            log.error("child not started", cause=cause)
            pause = self._retry_seconds
        elif by_system and any(child.usable for child in self._children):
            log.error("child not started", cause=cause)  # the requests wait for the children that there are
            pause = ROOM_SECONDS
        elif self._queue:
            self._queue.popleft().settle(StartFailed(cause, by_system))
        asyncio.get_running_loop().call_later(pause, self._try_again)

    def _try_again(self) -> None:
        self._startable = True
        self._assign()

    def _child_ended(self, child: _Child) -> None:
        self._children.remove(child)
        self._assign()


class _Child(ChildProcess):
    """A process of the pool. Its first request is its start; when `request` is None, it rests."""

    def __init__(self, pool: ProcessPool) -> None:
        super().__init__(pool.argv, pool.environment)
        self.starting = True
        self.request: PoolRequest | None = PoolRequest(None, self._started)
        self._pool = pool
        self._label = ""
        self._late = False
        self._limit: TimeLimit | StandstillLimit | None = TimeLimit(START_SECONDS_MAX, self._time_out)

    def take(self, request: PoolRequest) -> None:
        """Work on a request."""
        self.request = request
        self._label = request.label
        request.child = self
        if self._pool.standstill_seconds is not None:
            self._limit = StandstillLimit(self._pool.standstill_seconds, self.pid, self._time_out)
        self.send(request.message)

    def abandon(self) -> None:
        """Kill it, and drop its request."""
        self._finish_request()
        self.kill()

    def on_written(self, data: bytes) -> None:
        if self.request is not None and self.request.printed is not None:
            self.request.printed.add(data)

    def on_printed(self, line: str) -> None:
        self._pool.on_printed(self._label, line)

    def on_received(self, message: JsonValue) -> None:
        self.stderr.wait(0)  # it was printed before the reply was sent
        request = self._finish_request()
        assert request is not None
        request.settle(Replied(message))
        self._pool._assign()

    def on_ended(self, status: int) -> None:
        request = self._finish_request()
        if request is not None:
            request.settle(ChildEnded(status, self._late))
        self._pool._child_ended(self)

    def _started(self, result: RequestResult) -> None:
        self.starting = False
        if isinstance(result, ChildEnded):
            late = f"took more than {START_SECONDS_MAX:.0f} seconds"
            how = late if result.timed_out else f"ended: {exit_reason(result.status)}"
            self._pool._start_failed(f"{self._pool.title} {how}")
        elif isinstance(result, Replied) and result.message is not None:
            self.kill()
            self._pool._start_failed(result.message)

    def _time_out(self) -> None:
        limit = self._limit
        self.stdout.wait(0)  # the reply may be in the pipe
        if self._limit is limit and self.usable and not self.exited:
            self._late = True
            self.kill()

    def _finish_request(self) -> PoolRequest | None:
        """Take the request away, and its time limit."""
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
        request, self.request = self.request, None
        if request is not None:
            request.child = None
        return request
