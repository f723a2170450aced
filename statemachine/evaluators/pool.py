"""The children together: which of them takes a request, how long it may, and what becomes of a killed one.

There is always a child to spare while there are fewer than `children_max`, so that a slow evaluation holds up no quick
one. Knows requests and answers, not executions.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec
import structlog

from statemachine.evaluators.child_process import ChildProcess
from statemachine.query.evaluation import EvaluationRequest, EvaluationResult, ExpressionFailed

CHILDREN_MAX = max(2, len(os.sched_getaffinity(0)))
"""As many as there are processors: an evaluation is given so much time on the clock, and must not share it."""
SECONDS_MAX = 1.0
"""How long a request may take altogether before its child is killed."""
MEMORY_BYTES_MAX = 512 * 1024 * 1024
RETRY_SECONDS = 1.0
"""The pause after a child could not be started."""
IDLE_MAX = 2
"""Children that are kept when there is nothing to do."""

log = structlog.get_logger()

TOO_SLOW = EvaluationResult((ExpressionFailed("D1012", "Evaluation timeout exceeded"),))
TOO_LARGE = EvaluationResult((ExpressionFailed("", "The evaluation took more memory than it may"),))


class Evaluation:
    """A request under way. `answer` is None until it is there; `done` is called once then."""

    def __init__(self, request: EvaluationRequest) -> None:
        self.request = request
        self.answer: EvaluationResult | None = None
        self.done: Callable[[], None] = lambda: None
        self.child: _Child | None = None
        self.begun = 0

    def wait(self, seconds: float) -> None:
        """Hold the loop for at most that long, until the answer is there."""
        if self.answer is None and self.child is not None:
            self.child.process.wait(seconds)


class EvaluatorPool:
    """Evaluates in children. To be used in a running event loop."""

    def __init__(
        self,
        children_max: int = CHILDREN_MAX,
        seconds_max: float = SECONDS_MAX,
        memory_bytes_max: int = MEMORY_BYTES_MAX,
    ) -> None:
        self._children_max = children_max
        self._seconds_max = seconds_max
        self._memory_bytes_max = memory_bytes_max
        self._children: set[_Child] = set()
        self._idle: deque[_Child] = deque()
        self._queue: deque[Evaluation] = deque()

    def begin(self, request: EvaluationRequest) -> Evaluation:
        """Have a request evaluated."""
        evaluation = Evaluation(request)
        self._queue.append(evaluation)
        self._assign()
        return evaluation

    def close(self) -> None:
        """End all children; requests under way are never answered."""
        for child in self._children:
            child.process.close()
        self._children.clear()

    def _assign(self) -> None:
        while self._queue and self._idle:
            self._idle.popleft().take(self._queue.popleft(), self._seconds_max)
        busy = sum(child.evaluation is not None for child in self._children)
        wanted = busy + len(self._queue) + 1
        for _ in range(min(wanted, self._children_max) - len(self._children)):
            try:
                self._children.add(_Child(self, self._memory_bytes_max))
            except OSError as error:  # the system has no room for a process just now
                self._try_later(str(error))
                return

    def rested(self, child: _Child) -> None:
        """A child is ready for the next request."""
        self._idle.append(child)
        self._assign()
        if len(self._idle) > IDLE_MAX:
            surplus = self._idle.popleft()
            self._children.discard(surplus)
            surplus.process.close()

    def ended(self, child: _Child) -> None:
        """A child is gone."""
        self._children.discard(child)
        if child in self._idle:
            self._idle.remove(child)
        if child.began:
            self._assign()
        else:
            self._try_later("it ended at its start")

    def again(self, evaluation: Evaluation) -> None:
        """An evaluation whose child was ended by somebody else is begun once more, before all others."""
        self._queue.appendleft(evaluation)

    def _try_later(self, why: str) -> None:
        log.error("no child for evaluations", error=why)
        asyncio.get_running_loop().call_later(RETRY_SECONDS, self._assign)


class _Child:
    """A child process and what it is doing."""

    def __init__(self, pool: EvaluatorPool, memory_bytes_max: int) -> None:
        self._pool = pool
        self.process = ChildProcess(memory_bytes_max, self._received)
        self.evaluation: Evaluation | None = None
        self.began = False
        self._alarm: asyncio.TimerHandle | None = None
        self._late = False

    def take(self, evaluation: Evaluation, seconds_max: float) -> None:
        """Begin with a request."""
        self.evaluation = evaluation
        evaluation.child = self
        evaluation.begun += 1
        self._alarm = asyncio.get_running_loop().call_later(seconds_max, self._give_up)
        self.process.send(msgspec.to_builtins(evaluation.request))

    def _give_up(self) -> None:
        self._late = True
        self.process.kill()

    def _received(self, message: Any) -> None:
        if message is None:
            self._end()
            return
        self.began = True
        if message != "ready":
            self._answer(msgspec.convert(message, EvaluationResult))
        if not self._late:  # else it is being killed, whatever it has said in its last moment
            self._pool.rested(self)

    def _end(self) -> None:
        evaluation = self.evaluation
        if evaluation is not None and not self._late and evaluation.begun == 1:
            # Its own memory, or somebody else's kill: once more, and it will be seen.
            self.evaluation, evaluation.child = None, None
            if self._alarm is not None:
                self._alarm.cancel()
            self._pool.again(evaluation)
        else:
            self._answer(TOO_SLOW if self._late else TOO_LARGE)
        self._pool.ended(self)

    def _answer(self, answer: EvaluationResult) -> None:
        evaluation, self.evaluation = self.evaluation, None
        if self._alarm is not None:
            self._alarm.cancel()
        if evaluation is not None:
            evaluation.answer = answer
            evaluation.child = None
            evaluation.done()
