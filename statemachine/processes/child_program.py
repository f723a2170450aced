"""What every program of a child process does: it answers one request after the other until the server goes away.

Must know nothing of the server, its store or its sockets. Standard input and output carry the frames, and the rest of
the program gets neither: what it prints goes to standard error. The first frame says how the start went: null, or the
reason for which the program cannot serve.
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
    """Answer each request with what the result of `prepare` returns for it. If `prepare` raises an exception, its text
    is the reason.

    Returns the exit status of the program: 0 at the end of standard input, 1 if it cannot serve.
    """
    _die_with_server()
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


def _die_with_server() -> None:
    """On Linux the kernel kills us when the server dies, also in the middle of a request. Elsewhere we end after the
    request, at the end of standard input."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _take_standard_streams() -> tuple[BinaryIO, BinaryIO]:
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    return requests, answers
