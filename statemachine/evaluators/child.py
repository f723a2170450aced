"""The program of a child process: answers one evaluation request after the other until its pipe ends.

Limits itself before it reads anything: memory, and a lower priority than the server's.
"""

from __future__ import annotations

import os
import resource
import sys

import msgspec

from statemachine import frames
from statemachine.query.evaluation import EvaluationRequest
from statemachine.query.jsonata.evaluation.evaluate import evaluate

NICENESS = 10
"""Evaluations give way to the server itself."""


def main() -> None:
    """Serve until standard input ends. The only argument is the limit of memory in bytes."""
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)
    # Whoever writes to standard output by mistake must not break the frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    frames.write(answers, "ready")
    while True:
        try:
            request = msgspec.convert(frames.read(sys.stdin.buffer), EvaluationRequest)
        except EOFError:
            return
        frames.write(answers, msgspec.to_builtins(evaluate(request)))


if __name__ == "__main__":
    main()
