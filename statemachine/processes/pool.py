"""A pool of child processes that answer requests. Must not know the meaning of a request."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from statemachine.processes.child_process import ChildProcess

START_SECONDS_MAX = 60.0
"""How long a child may take until it is ready for its first request."""
CLOSE_SECONDS_MAX = 5.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answered:
    """The child's answer, a JSON value."""

    message: Any


@dataclass(frozen=True, slots=True)
class ChildEnded:
    """The child ended before it had answered, or was killed if it `timed_out`. A negative `status` is a signal."""

    status: int
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class StartFailed:
    """No child could be started; `cause` is a text."""

    cause: str


RequestOutcome = Answered | ChildEnded | StartFailed


def exit_reason(status: int) -> str:
    """An exit status in the words of AWS Lambda's service: `exit status 1`, `signal: killed`."""
    return f"exit status {status}" if status >= 0 else f"signal: {str(signal.strsignal(-status)).lower()}"


@dataclass(eq=False)
class Request:
    """A message for a `child`. `settle` is called once with the outcome; it may submit the same request again."""

    message: Any
    settle: Callable[[RequestOutcome], None]
    label: str = ""
    child: _Child | None = None

    def wait(self, seconds: float) -> None:
        """Hold the loop until the child has answered, at most `seconds`, rounded up to a millisecond."""
        if self.child is not None:
            self.child.stdout.wait(seconds)


class ProcessPool:
    """At most `children_max` processes that run `python -m` with the `program`; requests wait in order of arrival.

    `title` names a process in messages. `spare` more children than there are requests are started. `idle_max` are kept
    when there is nothing to do, all if it is None. A child that works on a request for more than `request_seconds_max`
    is killed. A start that failed is tried again after `retry_seconds`; if that is None, the request that has waited
    longest is told. `printed` is called with the label of a child's last request (empty before the first) and a line.
    """

    def __init__(
        self,
        title: str,
        program: Sequence[str],
        children_max: int,
        *,
        environment: Mapping[str, str] | None = None,
        spare: int = 0,
        idle_max: int | None = None,
        request_seconds_max: float | None = None,
        retry_seconds: float | None = None,
        printed: Callable[[str, str], None] = lambda label, line: None,
    ) -> None:
        self.argv = (sys.executable, "-m", *program)
        self.environment = {**os.environ, **(environment or {})}
        self.request_seconds_max = request_seconds_max
        self.printed = printed
        self.title = title
        self._children_max = children_max
        self._spare = spare
        self._idle_max = idle_max
        self._retry_seconds = retry_seconds
        self._startable = True
        self._queue: deque[Request] = deque()
        self._children: list[_Child] = []

    @property
    def pids(self) -> frozenset[int]:
        """The ids of all processes that have not ended, also of those that were killed."""
        return frozenset(child.pid for child in self._children)

    async def ask(self, message: Any, label: str = "") -> RequestOutcome:
        """Have a message answered. Cancelling kills the child that works on it, or takes it out of the queue."""
        outcome: asyncio.Future[RequestOutcome] = asyncio.get_running_loop().create_future()
        request = Request(message, lambda given: None if outcome.done() else outcome.set_result(given), label)
        self.submit(request)
        try:
            return await outcome
        except asyncio.CancelledError:
            if request in self._queue:
                self._queue.remove(request)
            if request.child is not None:
                request.child.abandon()
                self.assign()
            raise

    def submit(self, request: Request, *, first: bool = False) -> None:
        """Queue a request, before all others if `first`."""
        (self._queue.appendleft if first else self._queue.append)(request)
        self.assign()

    def close(self) -> None:
        """Kill all children at once, also if the loop is about to end. Requests are never answered."""
        self._children_max = 0
        for child in list(self._children):
            child.abandon()
            child.stderr.close()

    async def end(self) -> None:
        """Kill all children and wait until they are gone, at most CLOSE_SECONDS_MAX. Queued requests are dropped."""
        self._children_max = 0
        self._queue.clear()
        for child in list(self._children):
            child.kill()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS_MAX):
                while self._children:
                    await asyncio.sleep(0.005)

    def assign(self) -> None:
        """Give requests to resting children; start the children that are missing and end those that are too many."""
        usable = [child for child in self._children if child.usable]
        resting = [child for child in usable if child.request is None]
        starting = [child for child in usable if child.starting]
        missing = min(len(self._queue) + self._spare - len(resting) - len(starting), self._children_max - len(usable))
        while self._queue and resting:
            resting.pop(0).take(self._queue.popleft())
        if missing > 0 and self._startable:
            self._start_children(missing)
        while self._idle_max is not None and len(resting) > self._idle_max:
            resting.pop().kill()

    def ended(self, child: _Child) -> None:
        """A child is gone."""
        self._children.remove(child)
        self.assign()

    def start_failed(self, cause: str) -> None:
        """A child has ended before it was ready for requests; `cause` is a text."""
        self._startable = False
        asyncio.get_running_loop().call_later(self._retry_seconds or 0, self._try_again)
        if self._retry_seconds is not None:
            log.error("child_not_started", cause=cause)
        elif self._queue:
            self._queue.popleft().settle(StartFailed(cause))

    def _start_children(self, count: int) -> None:
        try:
            for _ in range(count):
                self._children.append(_Child(self))
        except OSError as error:  # the system has no room for a process just now
            self.start_failed(f"{self.title} cannot be started: {error}")

    def _try_again(self) -> None:
        self._startable = True
        self.assign()


class _Child(ChildProcess):
    """A process of the pool. Its first request is its start; when `request` is None, it rests."""

    def __init__(self, pool: ProcessPool) -> None:
        super().__init__(pool.argv, pool.environment)
        self.starting = True
        self.request: Request | None = Request(None, self._started)
        self._pool = pool
        self._label = ""
        self._late = False
        self._alarm: asyncio.TimerHandle | None = self._loop.call_later(START_SECONDS_MAX, self._time_out)

    def take(self, request: Request) -> None:
        """Work on a request."""
        self.request = request
        self._label = request.label
        request.child = self
        if self._pool.request_seconds_max is not None:
            self._alarm = self._loop.call_later(self._pool.request_seconds_max, self._time_out)
        self.send(request.message)

    def abandon(self) -> None:
        """Kill it, and drop its request."""
        self._stop()
        self.kill()

    def printed(self, line: str) -> None:
        self._pool.printed(self._label, line)

    def received(self, message: Any) -> None:
        request = self._stop()
        if request is None:
            self.kill()  # it has sent an answer without a request
        else:
            request.settle(Answered(message))
        self._pool.assign()

    def ended(self, status: int) -> None:
        request = self._stop()
        if request is not None:
            request.settle(ChildEnded(status, self._late))
        self._pool.ended(self)

    def _started(self, outcome: RequestOutcome) -> None:
        self.starting = False
        if isinstance(outcome, ChildEnded):
            late = f"took more than {START_SECONDS_MAX:.0f} seconds"
            how = late if outcome.timed_out else f"ended: {exit_reason(outcome.status)}"
            self._pool.start_failed(f"{self._pool.title} {how}")
        elif isinstance(outcome, Answered) and outcome.message is not None:
            self.kill()
            self._pool.start_failed(outcome.message)

    def _time_out(self) -> None:
        self._late = True
        self.kill()

    def _stop(self) -> Request | None:
        if self._alarm is not None:
            self._alarm.cancel()
        request, self.request = self.request, None
        if request is not None:
            request.child = None
        return request
