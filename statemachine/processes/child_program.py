"""The main loop of a child program: it replies to one request after the other until the server ends.

Requests and replies are frames on standard input and output; all that is printed goes to standard error. The first
reply is null, or a text that says why the program cannot serve. Must not know the server, its store or its sockets.

On Linux the kernel kills the program when the thread that started it ends. So that thread must live as long as the
server.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import BinaryIO

from statemachine.processes import frames
from statemachine.processes.frames import START_NUMBER, JsonValue

Handler = Callable[[JsonValue], JsonValue]
"""Turns a request into its reply."""

_PR_SET_PDEATHSIG = 1


class CannotServe(Exception):
    """Raised by `prepare` with a text that says everything: no traceback is printed."""


def serve(prepare: Callable[[], Handler]) -> int:
    """Call `prepare`, then reply to requests with the handler that it returned.

    Returns the exit status of the program: 0 at the end of standard input, 1 if `prepare` raises an exception. A
    process that `prepare` or the handler has forked cannot read requests or send replies: its pipes lead nowhere. If it
    returns from there, it exits.
    """
    pid = os.getpid()
    if sys.platform == "linux":  # die with the server; on other systems the program ends when standard input ends
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    requests, replies = _take_standard_streams()

    def send(number: int, reply: JsonValue) -> None:
        if os.getpid() != pid:  # forked by the user's code: only its parent replies
            os._exit(0)
        frames.write(replies, number, reply)

    try:
        handler = prepare()
    except Exception as error:
        if not isinstance(error, CannotServe):
            traceback.print_exception(error)
        send(START_NUMBER, str(error))
        return 1
    send(START_NUMBER, None)
    while True:
        try:
            number, request = frames.read(requests)
        except EOFError:
            return 0
        send(number, handler(request))


def _take_standard_streams() -> tuple[BinaryIO, BinaryIO]:
    """The streams for requests and replies. Standard input is empty from then on; standard output becomes standard
    error, because a function that prints must not write into the frames."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    private = (requests.fileno(), replies.fileno())

    def leave_private_pipes() -> None:  # the numbers stay taken, because the streams of this process close them later
        for descriptor in private:
            os.dup2(nothing, descriptor, inheritable=False)

    os.register_at_fork(after_in_child=leave_private_pipes)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    return requests, replies
