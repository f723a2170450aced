"""The program of a child process that evaluates expressions, within limits of memory and processor time.

Must not know the server.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from functools import partial

import msgspec

from statemachine.processes.child_program import Handler, serve
from statemachine.processes.frames import JsonValue
from statemachine.query.evaluation import EvaluationRequest
from statemachine.query.jsonata.evaluation.evaluate import evaluate

NICENESS = 5
"""Evaluations give way to the server itself. Beside busy neighbours they still get a quarter of a processor."""


def prepare(memory_bytes_max: int, processor_seconds: float) -> Handler:
    """Set the limits of this process; returns the function that turns a request into its result."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes_max, memory_bytes_max))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # the server may have been started with another disposition
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF})
    return partial(handle, processor_seconds)


def handle(processor_seconds: float, request: JsonValue) -> JsonValue:
    """Turn a request into its result. Without memory it aborts, as the evaluator itself does.

    SIGPROF ends the process when the request has used so much processor time. The time in which the process waits for
    a processor, or is stopped, does not count.
    """
    signal.setitimer(signal.ITIMER_PROF, processor_seconds)
    try:
        return msgspec.to_builtins(evaluate(msgspec.convert(request, EvaluationRequest)))
    except MemoryError:
        os.abort()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def main() -> int:
    """Serve requests until the input ends. Returns the exit status."""
    try:
        return serve(lambda: prepare(int(sys.argv[1]), float(sys.argv[2])))
    except MemoryError:  # a request or a reply was too large
        os.abort()


if __name__ == "__main__":
    sys.exit(main())
