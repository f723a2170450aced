"""Events that wait for the evaluation of an expression, and later events of the same executions.

A step that needs an evaluation is discarded, and made again from its beginning when the result is there. Evaluations
that it requested before then give their results at once. Must not know expressions, and must not step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

from statemachine.core.limits import RUN_WORK_MAX, STATE_WORK_MAX
from statemachine.engine.delivery import Delivery
from statemachine.query.evaluation import EvaluationRequest, EvaluationResult
from statemachine.query.work import Unfinished, Work

WAIT_SECONDS = 0.001
"""How long one step may hold the event loop for evaluations. Most are done by then."""


class Evaluation(Protocol):
    """A request that is being evaluated. `result` is None until it is there; then `on_done` is called once."""

    result: EvaluationResult | None
    on_done: Callable[[], None]

    def wait(self, seconds: float) -> None:
        """Hold the event loop until the result is there, but not for longer than that."""


class Evaluators(Protocol):
    """Evaluate expressions of unknown cost outside of this process."""

    def begin(self, request: EvaluationRequest) -> Evaluation:
        """Begin to evaluate a request."""

    def close(self) -> None:
        """Release everything. Evaluations that are under way never get a result."""


def limited_work() -> Work:
    """The work of a step before its first run."""
    return Work(RUN_WORK_MAX, STATE_WORK_MAX)


@dataclass(eq=False, slots=True)
class EventInProgress:
    """An event that is being stepped, or that waits for an evaluation to be stepped again.

    It is stepped again with `arrived_at`, the time of its first step. `evaluations` are those that it has requested.
    `later` are events of the same execution that arrived while it waited. `work` is the work of its step, in all runs.
    """

    delivery: Delivery
    arrived_at: float
    evaluations: dict[EvaluationRequest, Evaluation] = field(default_factory=dict)
    later: list[Delivery] = field(default_factory=list)
    work: Work = field(default_factory=limited_work)

    def known_result(self, request: EvaluationRequest) -> EvaluationResult:
        """The result of a request that was made before. Raises Unfinished without a result."""
        evaluation = self.evaluations.get(request)
        if evaluation is None or evaluation.result is None:
            raise Unfinished
        return evaluation.result

    def release_evaluations(self) -> dict[EvaluationRequest, Evaluation]:
        """Give the evaluations to another event that will make the same requests. They no longer resume this event."""
        for evaluation in self.evaluations.values():
            evaluation.on_done = _nothing
        return self.evaluations


class StepEvaluator:
    """Evaluates for one step: begins an evaluation, waits a little, and then raises Unfinished.

    `known` are the evaluations that the step's event has requested before; new ones are added to it. `on_done` is
    called when a result is there that the step did not wait for.
    """

    def __init__(
        self, evaluators: Evaluators, known: dict[EvaluationRequest, Evaluation], on_done: Callable[[], None]
    ) -> None:
        self._evaluators = evaluators
        self._known = known
        self._on_done = on_done
        self._seconds_left = WAIT_SECONDS

    def evaluate(self, request: EvaluationRequest) -> EvaluationResult:
        """The result of a request. Raises Unfinished."""
        evaluation = self._known.get(request)
        if evaluation is None:
            evaluation = self._known[request] = self._evaluators.begin(request)
        if evaluation.result is None and self._seconds_left > 0:
            began = perf_counter()
            evaluation.wait(self._seconds_left)
            self._seconds_left -= perf_counter() - began
        if evaluation.result is None:
            evaluation.on_done = self._on_done
            raise Unfinished
        return evaluation.result


def _nothing() -> None:
    """Stands in for `on_done` when no event waits."""


def refuse_evaluation(_request: EvaluationRequest) -> EvaluationResult:
    """The evaluator of a step that must not wait. Raises Unfinished."""
    raise Unfinished
