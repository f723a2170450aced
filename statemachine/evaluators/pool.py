"""Evaluates expressions in child processes, within limits of processor time and memory. Must not know executions.

No limit counts the clock: on a busy machine an evaluation takes longer and has the same result.

The pool has a spare child until it has `children_max` of them, so that a quick evaluation need not wait for a slow one.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import msgspec

from statemachine.processes.pool import PoolRequest, ProcessPool
from statemachine.processes.results import ChildEnded, Replied, RequestResult, StartFailed, exit_reason
from statemachine.query.evaluation import EvaluationRequest, EvaluationResult, ExpressionFailed
from statemachine.query.jsonata.evaluation import bounds

CHILDREN_MAX = max(2, len(os.sched_getaffinity(0)))
"""As many as there are processors."""
PROCESSOR_SECONDS_MAX = 2.0
"""Ours: how much processor time a request may use altogether."""
STANDSTILL_SECONDS = 10.0
"""A child that has a request and uses no processor time for so long is frozen or lost. It is killed."""
MEMORY_BYTES_MAX = 512 * 1024 * 1024
RETRY_SECONDS = 1.0
"""The pause after a child could not be started."""
IDLE_MAX = 2
"""How many children are kept when there is nothing to do."""

INHERITED = (
    *("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "LC_CTYPE"),
    *("PYTHONHOME", "PYTHONPATH", "PYTHONUTF8", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"),
)
"""All that a child gets of the server's environment: what Python needs to start as in the server. The rest may be
secret."""
ENVIRONMENT = {"MIMALLOC_ARENA_RESERVE": "0"}
"""At its start the evaluator's allocator would take a gigabyte of addresses, and RLIMIT_AS counts addresses."""

TOO_SLOW = EvaluationResult((bounds.TOO_LONG,))
TOO_LARGE = EvaluationResult((bounds.TOO_LARGE,))


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
        elif result.status == -signal.SIGPROF:
            self.result = TOO_SLOW
        elif self._repeated:
            self.result = _ended(result)
        else:
            # The memory limit, or a kill or a halt from outside, after which another child gives the result.
            self._repeated = True
            self._pool.submit(self, first=True)
            return
        self.settle = _settled  # without the reference to itself, it is freed at once, not by a garbage collection
        self.on_done()


def _ended(result: ChildEnded) -> EvaluationResult:
    """The failure of an evaluation whose child has ended twice. A child aborts if it gets no more memory."""
    if result.status == -signal.SIGABRT:
        return TOO_LARGE
    why = "it did nothing" if result.timed_out else exit_reason(result.status)
    message = f"The process of the evaluation ended twice: {why}"
    return EvaluationResult((ExpressionFailed("", message),))


def _settled(_result: RequestResult) -> None:
    """Stands in for `settle` after the result."""


class EvaluatorPool(ProcessPool):
    """Evaluates in child processes. Build it in a running event loop, and `close` it at the end."""

    def __init__(
        self,
        children_max: int = CHILDREN_MAX,
        processor_seconds_max: float = PROCESSOR_SECONDS_MAX,
        memory_bytes_max: int = MEMORY_BYTES_MAX,
    ) -> None:
        super().__init__(
            "The process for evaluations",
            ("statemachine.evaluators.child", str(memory_bytes_max), str(processor_seconds_max)),
            children_max,
            inherited=INHERITED,
            environment=ENVIRONMENT,
            spare=1,
            idle_max=IDLE_MAX,
            standstill_seconds=STANDSTILL_SECONDS,
            retry_seconds=RETRY_SECONDS,
        )

    def begin(self, request: EvaluationRequest) -> PooledEvaluation:
        """Have a request evaluated."""
        return PooledEvaluation(request, self)

    def close(self) -> None:
        """Kill all children at once. No evaluation gets a result any more."""
        self.kill_all()
