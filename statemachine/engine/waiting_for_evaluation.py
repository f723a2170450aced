"""Events that wait for the evaluation of an expression, and later events of the same executions.

A step that needs an evaluation is dropped and done again from its beginning when the result is there. Evaluations that
it asked for before then give their results at once. Knows no expression and steps nothing itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

from statemachine.engine.delivery import Delivery
from statemachine.query.evaluation import EvaluationRequest, EvaluationResult
from statemachine.query.view import Unfinished

WAIT_SECONDS = 0.001
"""How long one step may hold the loop for evaluations. Most are done by then."""


class Evaluation(Protocol):
    """A request that is being evaluated. `result` is None until it is there; then `on_done` is called once."""

    result: EvaluationResult | None
    on_done: Callable[[], None]

    def wait(self, seconds: float) -> None:
        """Hold the loop until the result is there, but not for longer than that."""


class Evaluators(Protocol):
    """Evaluate expressions of unknown cost outside of this process."""

    def begin(self, request: EvaluationRequest) -> Evaluation:
        """Begin to evaluate a request."""

    def close(self) -> None:
        """Release everything. Evaluations that are under way never get a result."""


@dataclass(eq=False, slots=True)
class WaitingForEvaluation:
    """An execution whose event `first` may have to wait.

    The event is replayed later with `now`, the time at which it first arrived. `evaluations` are those that it has
    asked for. `later` are events of the same execution that arrived while it waited.
    """

    first: Delivery
    now: float
    evaluations: dict[EvaluationRequest, Evaluation] = field(default_factory=dict)
    later: deque[Delivery] = field(default_factory=deque)

    def answered(self, request: EvaluationRequest) -> EvaluationResult:
        """The result of a request that was made before. Raises Unfinished without a result."""
        evaluation = self.evaluations.get(request)
        if evaluation is None or evaluation.result is None:
            raise Unfinished
        return evaluation.result

    def hand_over(self) -> dict[EvaluationRequest, Evaluation]:
        """Give the evaluations to another event that will make the same requests. This event waits for none of them
        now."""
        for evaluation in self.evaluations.values():
            evaluation.on_done = _nothing
        return self.evaluations


class StepEvaluator:
    """Evaluates for one step: asks the evaluators, waits a little, and then raises Unfinished.

    `known` are the evaluations that the step's event has asked for before; new ones are added to it. `done` is called
    when the result is there that the step did not wait for.
    """

    def __init__(
        self, evaluators: Evaluators, known: dict[EvaluationRequest, Evaluation], done: Callable[[], None]
    ) -> None:
        self._evaluators = evaluators
        self._known = known
        self._done = done
        self._seconds_left = WAIT_SECONDS

    def __call__(self, request: EvaluationRequest) -> EvaluationResult:
        """The result of a request. Raises Unfinished."""
        evaluation = self._known.get(request)
        if evaluation is None:
            evaluation = self._known[request] = self._evaluators.begin(request)
        if evaluation.result is None and self._seconds_left > 0:
            began = perf_counter()
            evaluation.wait(self._seconds_left)
            self._seconds_left -= perf_counter() - began
        if evaluation.result is None:
            evaluation.on_done = self._done
            raise Unfinished
        return evaluation.result


def _nothing() -> None:
    """Stands in for `on_done` when no event waits."""


def evaluate_later(_request: EvaluationRequest) -> EvaluationResult:
    """Evaluates for a step that must not wait: raises Unfinished at once."""
    raise Unfinished
