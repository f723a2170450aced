"""The child process of evaluations, as functions in this process."""

from __future__ import annotations

import os

import msgspec
import pytest

from statemachine.evaluators import child
from statemachine.query.evaluation import EvaluationRequest, EvaluationResult

REQUEST = msgspec.to_builtins(EvaluationRequest(("1 + 1",), "{}"))


class Aborted(BaseException):
    """Stands in for the end of the process."""


def test_without_memory_it_aborts(monkeypatch: pytest.MonkeyPatch) -> None:
    def evaluate(_request: EvaluationRequest) -> EvaluationResult:
        raise MemoryError

    def abort() -> None:
        raise Aborted

    monkeypatch.setattr(child, "evaluate", evaluate)
    monkeypatch.setattr(os, "abort", abort)
    with pytest.raises(Aborted):
        child.handle(600.0, REQUEST)
