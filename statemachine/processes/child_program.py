"""The loop of every program of a child process: it answers one request after the other until the server ends.

Requests and answers are frames on standard input and output; all that is printed goes to standard error. The first
frame is null, or a text that says why the program cannot serve. Must know nothing of the server, its store or sockets.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

from statemachine.processes import frames

_PR_SET_PDEATHSIG = 1


def serve(prepare: Callable[[], Callable[[Any], Any]]) -> int:
    """Call `prepare`, which returns the function that turns a request into its answer; then serve.

    Returns the exit status of the program: 0 at the end of standard input, 1 if `prepare` raises an exception.
    """
    if sys.platform == "linux":  # die with the server; on other systems after the request, as standard input ends
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    requests, answers = _take_standard_streams()
    try:
        answer = prepare()
    except Exception as error:
        traceback.print_exception(error.__cause__ or error)
        frames.write(answers, str(error))
        return 1
    frames.write(answers, None)
    while True:
        try:
            request = frames.read(requests)
        except EOFError:
            return 0
        frames.write(answers, answer(request))


def _take_standard_streams() -> tuple[BinaryIO, BinaryIO]:
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    return requests, answers
