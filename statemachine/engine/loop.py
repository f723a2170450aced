"""The engine in the event loop: it works in slices of a few milliseconds, and commits in one thread of its own.

Everything that leaves the process waits for the commit of its group. If the process is killed before the commit, the
group never happened; if it is killed after the commit, the next start releases the commands again. Knows tasks by their
interface only.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

import structlog

from statemachine.checkpoint import keys
from statemachine.core.events import Event, TaskFailure, TaskReturned, TaskTaken
from statemachine.core.model import Execution
from statemachine.core.payload import Payload
from statemachine.core.token import read_task_token
from statemachine.engine.activities import ActivityQueues
from statemachine.engine.admission import UNLIMITED, AdmissionLimits
from statemachine.engine.group import Group
from statemachine.engine.recovery import recover
from statemachine.engine.releases import Releases
from statemachine.engine.report import report
from statemachine.engine.running_tasks import RunningTasks
from statemachine.engine.timers import Timers
from statemachine.engine.waiting_for_evaluation import Evaluators
from statemachine.engine.writer import MachineSource, Writer
from statemachine.host import ActivityTask, NotDurable, Observer, QueueLengths, Reply, Unavailable
from statemachine.store.interface import Readable, Store, StoreFull
from statemachine.tasks.kind import Failed, TaskKind, TaskResult

SLICE_SECONDS = 0.002
"""The longest time for which the engine holds the loop."""
GROUP_EVENTS_MAX = 2_000
"""The events of one group, so that transactions stay small."""
RETRY_SECONDS = 1.0
"""The pause after a failed commit."""
CLOCK_CHECK_SECONDS = 30.0
"""The longest time without a look at the clock, which may be set while the engine sleeps."""
READERS = 4
"""The threads that read for `survey`."""

log = structlog.get_logger()


P = ParamSpec("P")
Found = TypeVar("Found")


class Engine:
    """The host of all executions. Build it, `await open()`, and at the end `await close()`.

    `fatal` is called if a commit fails for any other reason than a full disk. The process must then end: after a failed
    sync it does not know what is on the disk.
    """

    def __init__(
        self,
        store: Store,
        machines: MachineSource,
        activities: Container[str],
        kinds: list[TaskKind],
        *,
        evaluators: Evaluators | None = None,
        limits: AdmissionLimits = UNLIMITED,
        observers: Sequence[Observer] = (),
        clock: Callable[[], float] = time.time,
        fatal: Callable[[Exception], None] | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.ready = False
        self.draining = False
        self._evaluators = evaluators
        self.observers = list(observers)
        self._writer = Writer(store, machines, activities, evaluators, limits)
        self._writer.defects = _log_defect
        self._writer.woken = self.wake
        self._timers = Timers(store)
        self._queues = ActivityQueues()
        self._tasks = RunningTasks(kinds, self._answer)
        self._releases = Releases(self._writer, self._timers, self._queues, self._tasks)
        self._fatal = fatal or _raise
        self._committer = ThreadPoolExecutor(1, "committer")
        self._readers = ThreadPoolExecutor(READERS, "reader")
        self._epoch = 0
        self._scheduled = False
        self._alarm: asyncio.TimerHandle | None = None
        self._in_group = 0
        self._committing_since = 0.0
        self._failing = False
        self._closed = False
        self._idle = asyncio.Event()
        self.watchers: list[Callable[[Iterable[str]], None]] = []
        """Called after each commit with the ids of the executions that it changed, and without ids when draining
        begins."""

    async def open(self) -> None:
        """Become the owner of the store, and release the commands of all executions that run."""
        began = time.perf_counter()
        self._loop = asyncio.get_running_loop()
        self._epoch = await self._loop.run_in_executor(self._committer, self.store.raise_epoch)
        recovered = 0
        for released in recover(self.store, self._writer, self._releases, self.clock()):
            recovered += released
            await asyncio.sleep(0)
        self.ready = True
        seconds = time.perf_counter() - began
        log.info("recovered", commands=recovered, seconds=round(seconds, 3))
        for observer in self.observers:
            observer.recovered(recovered, seconds)
        self.wake()

    async def drain(self) -> None:
        """Refuse new events, end long polls, and wait until every event that was accepted is durable or refused."""
        self.draining = True
        self._queues.wake_all()
        for watcher in self.watchers:
            watcher(())
        while not self._failing and self._busy:
            self._idle.clear()
            self.wake()
            await self._idle.wait()

    async def close(self) -> None:
        """Drain, then close everything. Killing the process is as safe."""
        await self.drain()
        self.ready, self._closed = False, True
        if self._alarm is not None:
            self._alarm.cancel()
        await self._tasks.close()
        if self._evaluators is not None:
            self._evaluators.close()
        self._committer.shutdown()
        self._readers.shutdown()
        self.store.close()

    async def deliver(self, id: str, event: Event, header: Execution | None = None) -> Reply:
        if self.draining or not self.ready:
            raise Unavailable
        reply: asyncio.Future[Reply | None] = self._loop.create_future()
        self._writer.deliver(id, event, _resolving(reply), header)
        self.wake()
        found = await reply
        assert found is not None
        return found

    async def write(self, rows: Mapping[str, bytes | None]) -> None:
        if self.draining or not self.ready:
            raise Unavailable
        reply: asyncio.Future[Reply | None] = self._loop.create_future()
        self._writer.write(rows, _resolving(reply))
        self.wake()
        await reply

    async def poll_activity(self, arn: str, worker: str | None, seconds: float) -> ActivityTask | None:
        until = self._loop.time() + seconds
        while not self.draining:
            task = await self._queues.wait(arn, max(until - self._loop.time(), 0.0))
            if task is None:
                return None
            try:
                found = self._releases.task_of(task)
                if found is None:
                    continue
                token, wait = found
                reply = await self.deliver(task.id, TaskTaken(task.path, token, worker))
            except BaseException:
                # No worker has the task: put it back into the queue. Offering it once too often does no harm.
                self._queues.offer(arn, task)
                raise
            if not reply.stale:
                return ActivityTask(token, wait.arguments.text)
        return None

    async def read(self, look: Callable[Concatenate[Readable, P], Found], *args: P.args, **kwargs: P.kwargs) -> Found:
        if self.store.remote:
            return await self.survey(look, *args, **kwargs)
        return look(self.store, *args, **kwargs)

    async def survey(self, look: Callable[Concatenate[Readable, P], Found], *args: P.args, **kwargs: P.kwargs) -> Found:
        return await asyncio.get_running_loop().run_in_executor(
            self._readers, partial(look, self.store, *args, **kwargs)
        )

    def _answer(self, token: str, outcome: TaskResult) -> None:
        """Deliver the outcome of a task. If it cannot be made durable, the task is started again."""
        address = read_task_token(token)
        if address is None:
            return
        id, path = address
        if isinstance(outcome, Failed):
            event: Event = TaskFailure(path, token, outcome.error, outcome.cause)
        else:
            event = TaskReturned(path, token, Payload(text=outcome.output))
        self._writer.deliver(id, event)
        self.wake()

    @property
    def lengths(self) -> QueueLengths:
        """The lengths of all queues now. Reads memory only."""
        writer = self._writer
        return QueueLengths(
            executions_running=writer.admission.running,
            executions_pending=writer.admission.waiting,
            inbox_events=writer.pending,
            evaluations_parked=writer.evaluating,
            timers=self._timers.count,
            tasks_under_way=self._tasks.count,
            activity_tasks=self._queues.tasks,
            activity_polls=self._queues.workers,
        )

    @property
    def open_executions(self) -> int:
        admission = self._writer.admission
        return admission.running + admission.waiting + admission.delayed

    @property
    def next_timer_if_idle(self) -> float | None:
        """The time of the next timer, infinity without timers. None if the engine is busy."""
        if not self.ready or self._busy or self._tasks.count:
            return None
        return self._timers.earliest

    @property
    def _busy(self) -> bool:
        """Is there an event, an evaluation or a group that is not finished?"""
        writer = self._writer
        return bool(writer.pending or writer.evaluating or writer.unwritten)

    def wake(self) -> None:
        """Run a slice soon, as after an event came or the clock was set."""
        if not self._scheduled and not self._closed:
            self._scheduled = True
            self._loop.call_soon(self._slice)

    def _slice(self) -> None:
        self._scheduled = False
        if self._closed:
            return  # events that come now are lost, and the next process releases their commands again
        writer = self._writer
        until = time.perf_counter() + SLICE_SECONDS
        now = self.clock()
        if self.ready:
            self._timers.look_ahead(now)
            for timer in self._timers.due(now, GROUP_EVENTS_MAX):
                writer.deliver(timer.id, timer.event, not_before=timer.due)
        while writer.pending and self._in_group < GROUP_EVENTS_MAX:
            writer.step(now)
            self._in_group += 1
            if time.perf_counter() >= until:
                break
        group = None if self._failing else writer.seal()
        if group is not None:
            self._commit(group)
        if group is not None or writer.in_flight is None:
            self._in_group = 0
        if writer.pending and self._in_group < GROUP_EVENTS_MAX:
            self.wake()
        elif not self._busy:
            self._idle.set()
        self._set_alarm(now)

    def _commit(self, group: Group) -> None:
        rows = group.rows
        if not rows.changed and not rows.fresh:
            self._loop.call_soon(self._committed, None)
            return
        self._committing_since = time.perf_counter()
        written = self._loop.run_in_executor(self._committer, self.store.commit, rows.changed, rows.fresh, self._epoch)
        written.add_done_callback(self._committed)

    def _committed(self, written: asyncio.Future[None] | None) -> None:
        error = None if written is None else written.exception()
        if error is not None:
            assert isinstance(error, Exception)
            self._roll_back(error)
            return
        group = self._writer.committed()
        self._releases.committed(group)
        if group.touched:
            for watcher in self.watchers:
                watcher(group.touched)
        self.wake()
        if self.observers and written is not None:
            self._report(group)

    def _report(self, group: Group) -> None:
        seconds = time.perf_counter() - self._committing_since
        rows = group.rows
        commit = report(group.steps, len(rows.changed) + len(rows.fresh), seconds, rows.status_changes)
        for observer in self.observers:
            observer.committed(commit)

    def _roll_back(self, error: Exception) -> None:
        log.error("commit failed", error=f"{type(error).__name__}: {error}")
        if not isinstance(error, StoreFull):
            self._fatal(error)
        self.ready, self._failing = False, True
        for id, command in self._writer.rolled_back(NotDurable(str(error)), self.clock()):
            self._releases.release(id, command)
        self._in_group = 0
        self._idle.set()
        self._loop.call_later(RETRY_SECONDS, self._try_again)
        for observer in self.observers:
            observer.rolled_back(error)

    def _try_again(self) -> None:
        """Write the probe. Once that succeeds, step the events of the lost groups again."""
        probe = self._loop.run_in_executor(self._committer, self.store.commit, {keys.PROBE: b"null"}, {}, self._epoch)
        probe.add_done_callback(self._tried)

    def _tried(self, probe: asyncio.Future[None]) -> None:
        error = probe.exception()
        if error is None:
            log.info("commits again")
            self.ready, self._failing = True, False
            self.wake()
            return
        if not isinstance(error, StoreFull):
            assert isinstance(error, Exception)
            self._fatal(error)
        self._loop.call_later(RETRY_SECONDS, self._try_again)

    def _set_alarm(self, now: float) -> None:
        if not self.ready:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        delay = min(max(self._timers.next - now, 0.0), CLOCK_CHECK_SECONDS)
        self._alarm = self._loop.call_later(delay, self.wake)


def _resolving(future: asyncio.Future[Reply | None]) -> Callable[[Reply | None, Exception | None], None]:
    def resolve(reply: Reply | None, error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(reply)

    return resolve


def _log_defect(id: str, error: Exception) -> None:
    log.error("defect", execution=id, error=f"{type(error).__name__}: {error}", exc_info=error)


def _raise(error: Exception) -> None:
    raise error
