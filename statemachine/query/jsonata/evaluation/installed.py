"""Which library evaluates here: jsonatapy where there is a build of it for this machine, else jsonata-python."""

from __future__ import annotations

from statemachine.query.jsonata.evaluation.evaluator import Evaluator

try:
    from statemachine.query.jsonata.evaluation.native import NativeEvaluator as Installed
except ImportError:
    from statemachine.query.jsonata.evaluation.python import PythonEvaluator as Installed  # type: ignore[assignment]

EVALUATOR: Evaluator = Installed()
"""The one in use."""
