"""The evaluator of this machine: jsonatapy if it has a build for the machine, else jsonata-python."""

from __future__ import annotations

from statemachine.query.jsonata.evaluation.evaluator import Evaluator

try:
    from statemachine.query.jsonata.evaluation.native import NativeEvaluator as Installed
except ImportError:
    from statemachine.query.jsonata.evaluation.python import PythonEvaluator as Installed  # type: ignore[assignment]

EVALUATOR: Evaluator = Installed()
"""The evaluator in use."""
