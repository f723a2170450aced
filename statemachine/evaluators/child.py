"""The program of a child process that evaluates expressions, within limits of its own. Must not know the server."""

from __future__ import annotations

import os
import resource
import sys

import msgspec

from statemachine.processes.child_program import Handler, serve
from statemachine.processes.frames import JsonValue
from statemachine.query.evaluation import EvaluationRequest
from statemachine.query.jsonata.evaluation.evaluate import evaluate

NICENESS = 10
"""Evaluations give way to the server itself."""


def prepare(memory_bytes_max: int) -> Handler:
    """Set the limits of this process; returns the function that turns a request into its result."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes_max, memory_bytes_max))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)
    return handle


def handle(request: JsonValue) -> JsonValue:
    """Turn a request into its result. Without memory it aborts, as the evaluator itself does."""
    try:
        return msgspec.to_builtins(evaluate(msgspec.convert(request, EvaluationRequest)))
    except MemoryError:
        os.abort()


def main() -> int:
    """Serve requests until the input ends. Returns the exit status."""
    try:
        return serve(lambda: prepare(int(sys.argv[1])))
    except MemoryError:  # a request or a reply was too large
        os.abort()


if __name__ == "__main__":
    sys.exit(main())
