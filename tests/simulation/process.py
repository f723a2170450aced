"""One life of the engine: the real one, from its start to its kill, on virtual time and without an event loop.

Only what needs asyncio is done anew here, as `Engine.open` and the long poll do it; all else is the engine's own code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from statemachine.engine.activities import ActivityQueues, QueuedTask
from statemachine.engine.commits import Commits
from statemachine.engine.loop import Engine
from statemachine.engine.recovery import count_unsurvived, recover
from statemachine.engine.releases import Releases
from statemachine.engine.timers import Timer, Timers
from statemachine.query.evaluation import EvaluationRequest, EvaluationResult
from statemachine.query.jsonata.evaluation.evaluate import evaluate
from statemachine.store.interface import Store
from statemachine.tasks.kind import OnResult, TaskAttempt, TaskLog
from tests.simulation.definitions import ACTIVITIES, CALLBACK, FUNCTIONS
from tests.simulation.scenario import Scenario
from tests.simulation.virtual_time import Loop


class Outside:
    """What the engine can do to the world; a simulation says what it means. Called at the moment it happens."""

    def started(self, task: TaskAttempt, answer: OnResult) -> None:
        """A function is called."""

    def cancelled(self, token: str) -> None:
        """A function's answer is not wanted any more."""

    def printed_by(self, token: str) -> TaskLog | None:
        """The engine asks what a function has printed so far."""

    def offered(self, activity: str) -> None:
        """An activity has a task for a worker."""

    def armed(self, timer: Timer) -> None:
        """A timer was set."""

    def evaluation_seconds(self) -> float:
        """How long an evaluation takes."""
        return 0.0

    def failed(self, error: Exception) -> None:
        """The engine met a defect of its own, or says that it cannot go on."""


class FunctionKind:
    """The kind of task that calls functions."""

    def __init__(self, outside: Outside) -> None:
        self.start = outside.started
        self.cancel = outside.cancelled
        self.printed_by = outside.printed_by

    def accepts(self, resource: str) -> bool:
        return resource in FUNCTIONS or resource == CALLBACK

    async def close(self) -> None:
        """Nothing to release."""


class Queues(ActivityQueues):
    """Activity queues whose workers come when there is a task, and do not wait for one."""

    def __init__(self, outside: Outside) -> None:
        super().__init__()
        self._outside = outside

    def offer(self, arn: str, task: QueuedTask) -> None:
        super().offer(arn, task)
        self._outside.offered(arn)

    async def take_or_wait(self, arn: str, seconds: float) -> QueuedTask | None:
        return self.take(arn)


class Evaluated:
    """An evaluation whose result comes when its time has passed."""

    def __init__(self, request: EvaluationRequest, loop: Loop, seconds: float) -> None:
        self._seconds = seconds
        self.result: EvaluationResult | None = None
        self.on_done: Callable[[], None] = lambda: None
        self._request = request
        loop.call_later(seconds, self.finish)

    def wait(self, seconds: float) -> None:
        if self._seconds < seconds:
            self.finish()

    def finish(self) -> None:
        """The result is there."""
        if self.result is None:
            self.result = evaluate(self._request)
            self.on_done()


class Evaluators:
    """Where expressions are evaluated; as a rule that takes longer than a step waits."""

    def __init__(self, outside: Outside, loop: Loop) -> None:
        self._outside = outside
        self._loop = loop

    def begin(self, request: EvaluationRequest) -> Evaluated:
        return Evaluated(request, self._loop, self._outside.evaluation_seconds())

    def close(self) -> None:
        """Nothing to release."""


class WatchedTimers(Timers):
    """Timers that tell when one is set."""

    def __init__(self, store: Store, outside: Outside) -> None:
        super().__init__(store)
        self._outside = outside

    def add(self, timer: Timer) -> None:
        self._outside.armed(timer)
        super().add(timer)


class Process(Engine):
    """The engine between two crashes. `left` is the execution that was being stepped at the crash before; that is
    counted on `disk`, where this commit does not fail."""

    def __init__(
        self,
        store: Store,
        scenario: Scenario,
        outside: Outside,
        loop: Loop,
        clock: Callable[[], float],
        *,
        commits: type[Commits],
        disk: Store,
        left: str | None,
    ) -> None:
        kinds: list[Any] = [FunctionKind(outside)]
        super().__init__(
            store,
            scenario,
            frozenset(ACTIVITIES),
            kinds,
            evaluators=Evaluators(outside, loop),
            limits=scenario.admission,
            clock=clock,
            fatal=outside.failed,
        )
        self.disk = disk
        self._writer.mark.left = left
        self.loop = loop
        self._loop = loop  # type: ignore[assignment]  # it stands in for asyncio's
        self._queues = Queues(outside)
        self._timers = WatchedTimers(store, outside)
        self._releases = Releases(self._writer, self._timers, self._queues, self._tasks)
        self._writer.on_defect = lambda _id, error: outside.failed(error)
        self._commits = commits(
            store,
            self._writer,
            self._releases,
            watchers=self.watchers,
            observers=self.observers,
            clock=clock,
            on_end=self._commit_ended,
            fatal=outside.failed,
        )

    def begin(self) -> None:
        """As `open`: become the owner of the store and release what every open execution waits for."""
        epoch = self.store.raise_epoch()
        self._commits.own(self._loop, epoch)
        rows = count_unsurvived(self.store, self._writer)
        if rows:
            self.disk.commit(rows, {}, epoch)
        self._go_on(recover(self.store, self._writer, self._releases, self.clock()))

    def _go_on(self, pages: Iterator[int]) -> None:
        for _ in pages:
            self.loop.call_soon(self._go_on, pages)
            return
        self._begin_listening()
        self.wake()
