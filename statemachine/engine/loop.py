"""The engine in the event loop. It steps events in slices of two milliseconds, so that the loop serves others too.

Everything that leaves the process waits for the commit of its group. If the process is killed before the commit, the
group never happened; if it is killed after the commit, the next start releases the commands again. Must not know the
kinds of task: it knows their interface.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Container, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

import structlog

from statemachine.core.events import Event, TaskTaken
from statemachine.core.model import Execution
from statemachine.core.token import read_task_token
from statemachine.engine.activities import ActivityQueues
from statemachine.engine.admission import UNLIMITED, AdmissionLimits
from statemachine.engine.clock import EngineClock
from statemachine.engine.commits import Commits
from statemachine.engine.delivery import OnReply
from statemachine.engine.recovery import count_unsurvived, recover
from statemachine.engine.releases import Releases
from statemachine.engine.running_tasks import RunningTasks
from statemachine.engine.step_mark import StepMark, StepWatch
from statemachine.engine.task_events import checked_log, failure_event, result_event
from statemachine.engine.timers import Timers
from statemachine.engine.waiting_for_evaluation import Evaluators
from statemachine.engine.writer import MachineSource, Writer
from statemachine.host import ActivityTask, Host, Observer, QueueLengths, Reply, Unavailable, Watcher
from statemachine.store.interface import Readable, Store
from statemachine.tasks.kind import TaskKind, TaskResult

SLICE_SECONDS = 0.002
"""After this time a slice takes no further event."""
GROUP_EVENTS_MAX = 2_000
"""The greatest number of events in one group, so that transactions stay small."""
CLOCK_CHECK_SECONDS = 30.0
"""The clock is read at least this often, because it may be set while the engine sleeps."""
OUTAGE_SECONDS = 1.0
"""If the loop is called so much later than it asked, no worker could be heard meanwhile."""
READERS = 2
"""The threads that read for `survey`. The event loop shares the interpreter lock with them: with more of them it waits
longer, and they read no more (measured)."""

log = structlog.get_logger()


P = ParamSpec("P")
Found = TypeVar("Found")


class Engine(Host):
    """The host of all executions. Build it, `await open()`, and at the end `await close()`.

    `fatal` is called if a commit fails with an error other than StoreFull. The process must then end.
    """

    def __init__(
        self,
        store: Store,
        machines: MachineSource,
        activities: Container[str],
        kinds: list[TaskKind],
        *,
        fatal: Callable[[Exception], None],
        evaluators: Evaluators | None = None,
        limits: AdmissionLimits = UNLIMITED,
        observers: Sequence[Observer] = (),
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] | None = None,
        mark: StepMark | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self._time = EngineClock(clock, monotonic)
        self._listening_since = 0.0
        self._alarm_at = math.inf
        self.draining = False
        self.observers = list(observers)
        self.watchers: list[Watcher] = []
        self._evaluators = evaluators
        self._tasks = RunningTasks(kinds, self._deliver_result)
        self._writer = Writer(
            store,
            machines,
            activities,
            evaluators,
            limits,
            on_defect=_log_defect,
            on_wake=self.wake,
            printed_by=self._tasks.printed_by,
        )
        self._writer.mark = mark if mark is not None else StepMark()
        self._watch = StepWatch(self._writer.mark)
        self._timers = Timers(store)
        self._queues = ActivityQueues()
        self._releases = Releases(self._writer, self._timers, self._queues, self._tasks)
        self._commits = Commits(
            store,
            self._writer,
            self._releases,
            watchers=self.watchers,
            observers=self.observers,
            clock=clock,
            on_end=self._commit_ended,
            fatal=fatal,
        )
        self._readers = ThreadPoolExecutor(READERS, "reader")
        self._recovered = False
        self._closed = False
        self._scheduled = False
        self._alarm: asyncio.TimerHandle | None = None
        self._in_group = 0
        self._idle = asyncio.Event()

    async def open(self) -> None:
        """Become the owner of the store, and release the commands of all executions that run."""
        began = time.perf_counter()
        self._loop = asyncio.get_running_loop()
        await self._commits.open(self._loop)
        await self._commits.write_first(count_unsurvived(self.store, self._writer))
        self._watch.start()
        recovered = 0
        for released in recover(self.store, self._writer, self._releases, self.clock()):
            recovered += released
            await asyncio.sleep(0)
        self._begin_listening()
        seconds = time.perf_counter() - began
        if self.open_executions:
            log.info("open executions recovered", executions=self.open_executions, seconds=round(seconds, 3))
        for observer in self.observers:
            observer.recovered(recovered, seconds)
        self.wake()

    async def drain(self) -> None:
        """Refuse new events, end long polls, and wait until every event that was accepted is durable or refused.

        Timers do not fire any more, and no turn comes: that is left to the next process, so that executions which never
        wait do not hold up the end.

        Returns at once while commits fail. The events that still wait then are neither.
        """
        self.draining = self._writer.draining = True
        self._queues.wake_all()
        for watcher in self.watchers:
            watcher(())
        while not self._commits.failing and self._busy:
            self._idle.clear()
            self.wake()
            await self._idle.wait()

    async def close(self) -> None:
        """Drain, then close everything. Killing the process is as safe."""
        await self.drain()
        self._closed = True
        self._watch.close()
        if self._alarm is not None:
            self._alarm.cancel()
        await self._tasks.close()
        if self._evaluators is not None:
            self._evaluators.close()
        self._commits.close()
        self._readers.shutdown()
        self.store.close()

    @property
    def ready(self) -> bool:
        """Does the engine take events and rows (unless it drains)?"""
        return self._recovered and not self._commits.failing and not self._closed

    async def deliver(self, id: str, event: Event, header: Execution | None = None) -> Reply:
        reply = self._new_reply()
        self._writer.deliver(id, event, _resolving(reply), header)
        self.wake()
        return await reply

    async def write(self, rows: Mapping[str, bytes | None]) -> None:
        reply = self._new_reply()
        self._writer.write_rows(rows, _resolving(reply))
        self.wake()
        await reply

    async def poll_activity(self, arn: str, worker: str | None, seconds: float) -> ActivityTask | None:
        until = self._loop.time() + seconds
        while not self.draining:
            queued = await self._queues.take_or_wait(arn, max(until - self._loop.time(), 0.0))
            if queued is None:
                return None
            try:
                task = self._releases.find_task(queued)
                if task is None:
                    continue
                reply = await self.deliver(queued.id, TaskTaken(queued.path, task.token, worker))
            except BaseException:
                # No worker has the task: put it back into the queue. Offering it once too often does no harm.
                self._queues.offer(arn, queued)
                raise
            if not reply.stale:
                return ActivityTask(task.token, task.wait.arguments.text)
        return None

    async def read(self, look: Callable[Concatenate[Readable, P], Found], *args: P.args, **kwargs: P.kwargs) -> Found:
        if self.store.remote:
            return await self.survey(look, *args, **kwargs)
        return self._look(look, *args, **kwargs)

    async def survey(self, look: Callable[Concatenate[Readable, P], Found], *args: P.args, **kwargs: P.kwargs) -> Found:
        return await asyncio.get_running_loop().run_in_executor(
            self._readers, partial(self._look, look, *args, **kwargs)
        )

    def _look(self, look: Callable[Concatenate[Readable, P], Found], *args: P.args, **kwargs: P.kwargs) -> Found:
        with self.store.snapshot() as rows:
            return look(rows, *args, **kwargs)

    def _deliver_result(self, token: str, result: TaskResult) -> None:
        """Deliver the result of a task. If its group is lost, it is stepped again; if the process dies first, the next
        one starts the task again."""
        address = read_task_token(token)
        if address is None:
            return
        id, path = address
        try:
            event, printed = result_event(path, token, result), checked_log(result.log)
        except (TypeError, ValueError) as error:
            log.error("defect", execution=id, error=f"a kind of task gave an invalid result: {error}")
            event, printed = failure_event(path, token, error), None
        self._writer.deliver(id, event, log=printed)
        self.wake()

    def queue_place(self, id: str) -> int | None:
        """See Host."""
        return self._writer.admission.place_of(id)

    @property
    def lengths(self) -> QueueLengths:
        """The lengths of all queues now. Reads memory only."""
        writer = self._writer
        return QueueLengths(
            executions_running=writer.admission.running,
            executions_pending=writer.admission.queued,
            inbox_events=writer.inbox_length,
            evaluations_parked=writer.evaluating,
            timers=self._timers.count,
            tasks_under_way=self._tasks.count,
            activity_tasks=self._queues.tasks,
            activity_polls=self._queues.workers,
            clock_jumps=self._time.jumps,
        )

    @property
    def open_executions(self) -> int:
        admission = self._writer.admission
        return admission.running + admission.queued + admission.delayed

    @property
    def next_timer_if_idle(self) -> float | None:
        """The time of the next timer, infinity without timers. None if the engine is busy."""
        if not self.ready or self._busy or self._tasks.count:
            return None
        return self._timers.earliest_due()

    @property
    def _busy(self) -> bool:
        """Is there an event, an evaluation or a group that is not finished?"""
        writer = self._writer
        return bool(writer.inbox_length or writer.evaluating or writer.has_unwritten)

    def wake(self) -> None:
        """Run a slice soon, as after an event came or the clock was set."""
        if not self._scheduled and not self._closed:
            self._scheduled = True
            self._loop.call_soon(self._slice)

    def _new_reply(self) -> asyncio.Future[Reply]:
        """The reply to something that is handed over now. Raises Unavailable."""
        if self.draining or not self.ready:
            raise Unavailable
        return self._loop.create_future()

    def _slice(self) -> None:
        self._scheduled = False
        if self._closed:
            return  # events that come now are lost, and the next process releases their commands again
        writer = self._writer
        until = time.perf_counter() + SLICE_SECONDS
        now, steady = self._time.read()
        self._timers.set_offset(self._time.offset)
        if self._time.measures_pauses and steady - self._alarm_at > OUTAGE_SECONDS:
            log.warning("paused", seconds=round(steady - self._alarm_at, 3))
            self._listening_since = steady
        writer.clock_set = self._time.jumps > 0
        writer.listening_since = self._listening_since + self._time.offset
        if self.ready and not self.draining:
            self._timers.load_upcoming(now)
            for timer in self._timers.take_due(steady, GROUP_EVENTS_MAX):
                writer.deliver(timer.id, timer.event)
        while writer.inbox_length and self._in_group < GROUP_EVENTS_MAX:
            writer.step(now)
            self._in_group += 1
            if time.perf_counter() >= until:
                break
        group = None if self._commits.failing else writer.seal()
        if group is not None:
            self._commits.commit(group)
        if group is not None or writer.in_flight is None:
            self._in_group = 0
        if writer.inbox_length and self._in_group < GROUP_EVENTS_MAX:
            self.wake()
        elif not self._busy:
            self._idle.set()
        self._set_alarm(steady)

    def _begin_listening(self) -> None:
        """Recovery is done: from now on workers can be heard."""
        self._recovered = True
        _, self._listening_since = self._time.read()

    def _commit_ended(self) -> None:
        if self._commits.failing:
            self._in_group = 0
            self._idle.set()
        else:
            self.wake()

    def _set_alarm(self, steady: float) -> None:
        if not self.ready:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        delay = min(max(self._timers.next_call_at - steady, 0.0), CLOCK_CHECK_SECONDS)
        self._alarm_at = steady + delay
        self._alarm = self._loop.call_later(delay, self.wake)


def _resolving(future: asyncio.Future[Reply]) -> OnReply:
    """Resolves the future with the reply or the error, unless its caller has gone."""

    def resolve(reply: Reply | None, error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            assert reply is not None
            future.set_result(reply)

    return resolve


def _log_defect(id: str, error: Exception) -> None:
    log.error("defect", execution=id, error=f"{type(error).__name__}: {error}", exc_info=error)
