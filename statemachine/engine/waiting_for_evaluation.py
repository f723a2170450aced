"""Events that wait for the evaluation of an expression, and what came for their executions after them.

Evaluations come in like time: the step that asked for one is dropped and done again, from its beginning, when the
answer is there; what it has asked before, it is then told at once. Knows no expression and steps nothing itself.
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
"""How long one step may hold the loop for evaluations; most are done by then."""


class Evaluation(Protocol):
    """A request under way. `answer` is None until it is there; `done` is called once then."""

    answer: EvaluationResult | None
    done: Callable[[], None]

    def wait(self, seconds: float) -> None:
        """Hold the loop for at most that long, until the answer is there."""


class Evaluators(Protocol):
    """Where expressions of unknown cost are evaluated."""

    def begin(self, request: EvaluationRequest) -> Evaluation:
        """Have a request evaluated."""

    def close(self) -> None:
        """Release everything; requests under way are never answered."""


@dataclass(eq=False, slots=True)
class WaitingForEvaluation:
    """An execution whose event `first` waits: it happened at `now`, and will have. `later` came after it."""

    first: Delivery
    now: float
    evaluations: dict[EvaluationRequest, Evaluation] = field(default_factory=dict)
    later: deque[Delivery] = field(default_factory=deque)

    def answered(self, request: EvaluationRequest) -> EvaluationResult:
        """The answer to what was asked before. Raises Unfinished where there is none."""
        evaluation = self.evaluations.get(request)
        if evaluation is None or evaluation.answer is None:
            raise Unfinished
        return evaluation.answer

    def hand_over(self) -> dict[EvaluationRequest, Evaluation]:
        """The evaluations, for another event that will ask the same; this one waits for none of them any more."""
        for evaluation in self.evaluations.values():
            evaluation.done = _nothing
        return self.evaluations


class StepEvaluator:
    """What one step asks of the evaluators: it waits a little and then raises Unfinished. `known` are the evaluations
    that its event has asked for before; `done` is called when the missing one is there."""

    def __init__(
        self, evaluators: Evaluators, known: dict[EvaluationRequest, Evaluation], done: Callable[[], None]
    ) -> None:
        self._evaluators = evaluators
        self._known = known
        self._done = done
        self._seconds_left = WAIT_SECONDS

    def __call__(self, request: EvaluationRequest) -> EvaluationResult:
        """The answer. Raises Unfinished."""
        evaluation = self._known.get(request)
        if evaluation is None:
            evaluation = self._known[request] = self._evaluators.begin(request)
        if evaluation.answer is None and self._seconds_left > 0:
            began = perf_counter()
            evaluation.wait(self._seconds_left)
            self._seconds_left -= perf_counter() - began
        if evaluation.answer is None:
            evaluation.done = self._done
            raise Unfinished
        return evaluation.answer


def _nothing() -> None:
    """Nobody waits."""


def evaluate_later(_request: EvaluationRequest) -> EvaluationResult:
    """For a step that must not wait. Raises Unfinished."""
    raise Unfinished
