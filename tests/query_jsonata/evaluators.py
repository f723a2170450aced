"""The tested evaluators: jsonata-python, and jsonatapy if it is installed."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from statemachine.query.jsonata.evaluation.python import PythonEvaluator


def native() -> Any:
    try:
        return importlib.import_module("statemachine.query.jsonata.evaluation.native").NativeEvaluator()
    except ImportError:
        return None


NATIVE = native()
needs_native = pytest.mark.skipif(NATIVE is None, reason="jsonatapy has no build for this machine")

BOTH = [
    pytest.param(NATIVE, id="native", marks=needs_native),
    pytest.param(PythonEvaluator(), id="python"),
]
