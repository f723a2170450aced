"""Evaluates expressions in child processes, within limits of time and memory. Must not know executions.

The pool has a spare child until it has `children_max` of them, so that a quick evaluation need not wait for a slow one.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import msgspec

from statemachine.processes.pool import PoolRequest, ProcessPool
from statemachine.processes.results import Replied, RequestResult, StartFailed, exit_reason
from statemachine.query.evaluation import EvaluationRequest, EvaluationResult, ExpressionFailed

CHILDREN_MAX = max(2, len(os.sched_getaffinity(0)))
"""As many as there are processors: an evaluation is limited by the clock and must not share its processor."""
SECONDS_MAX = 1.0
"""How long a request may take altogether before its child is killed."""
MEMORY_BYTES_MAX = 512 * 1024 * 1024
RETRY_SECONDS = 1.0
"""The pause after a child could not be started."""
IDLE_MAX = 2
"""How many children are kept when there is nothing to do."""

ENVIRONMENT = {"MIMALLOC_ARENA_RESERVE": "0"}
"""At its start the evaluator's allocator would take a gigabyte of addresses, and RLIMIT_AS counts addresses."""

TOO_SLOW = EvaluationResult((ExpressionFailed("D1012", "Evaluation timeout exceeded"),))
TOO_LARGE = EvaluationResult((ExpressionFailed("", "The evaluation took more memory than it may"),))


class PooledEvaluation(PoolRequest):
    """A request under way. `result` is None at first; `on_done` is called once, when it is set."""

    def __init__(self, request: EvaluationRequest, pool: ProcessPool) -> None:
        super().__init__(msgspec.to_builtins(request), self._settle)
        self.result: EvaluationResult | None = None
        self.on_done: Callable[[], None] = lambda: None
        self._pool = pool
        self._repeated = False
        pool.submit(self)

    def _settle(self, result: RequestResult) -> None:
        assert not isinstance(result, StartFailed), "the pool tries again"
        if isinstance(result, Replied):
            self.result = msgspec.convert(result.message, EvaluationResult)
        elif result.timed_out:
            self.result = TOO_SLOW
        elif self._repeated:
            self.result = _ended(result.status)
        else:
            # The memory limit, or a kill from outside, after which another child gives the result.
            self._repeated = True
            self._pool.submit(self, first=True)
            return
        self.settle = _settled  # without the reference to itself, it is freed at once, not by a garbage collection
        self.on_done()


def _ended(status: int) -> EvaluationResult:
    """The failure of an evaluation whose child has ended twice. A child aborts if it gets no more memory."""
    if status == -signal.SIGABRT:
        return TOO_LARGE
    message = f"The process of the evaluation ended twice: {exit_reason(status)}"
    return EvaluationResult((ExpressionFailed("", message),))


def _settled(_result: RequestResult) -> None:
    """Stands in for `settle` after the result."""


class EvaluatorPool(ProcessPool):
    """Evaluates in child processes. Build it in a running event loop, and `close` it at the end."""

    def __init__(
        self,
        children_max: int = CHILDREN_MAX,
        seconds_max: float = SECONDS_MAX,
        memory_bytes_max: int = MEMORY_BYTES_MAX,
    ) -> None:
        super().__init__(
            "The process for evaluations",
            ("statemachine.evaluators.child", str(memory_bytes_max)),
            children_max,
            environment=ENVIRONMENT,
            spare=1,
            idle_max=IDLE_MAX,
            request_seconds_max=seconds_max,
            retry_seconds=RETRY_SECONDS,
        )

    def begin(self, request: EvaluationRequest) -> PooledEvaluation:
        """Have a request evaluated."""
        return PooledEvaluation(request, self)

    def close(self) -> None:
        """Kill all children at once. No evaluation gets a result any more."""
        self.kill_all()
