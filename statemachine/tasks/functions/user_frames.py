"""Tracebacks with the frames of the operator's code alone: without those of this package and of the import machinery.

Must not know functions.
"""

from __future__ import annotations

import os
import traceback

_OURS = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))) + os.sep
_ASYNCIO = os.path.join(os.path.dirname(os.__file__), "asyncio") + os.sep
_IMPORTING = (os.path.join(os.path.dirname(os.__file__), "importlib") + os.sep, "<frozen importlib")


def user_traceback(error: BaseException) -> traceback.TracebackException:
    """The traceback of an exception and of those that led to it.

    The frames that called the operator's code are left out: ours, and those of asyncio around a coroutine.
    """
    found = traceback.TracebackException.from_exception(error)
    _cut(found)
    return found


def format_frames(trace: traceback.TracebackException) -> list[str]:
    """Its frames as Lambda shows them in `stackTrace`: without Python's markers below the lines."""
    return traceback.format_list([(frame.filename, frame.lineno or 0, frame.name, frame.line) for frame in trace.stack])


def _cut(trace: traceback.TracebackException) -> None:
    frames = [frame for frame in trace.stack if not frame.filename.startswith(_IMPORTING)]
    while frames and frames[0].filename.startswith((_OURS, _ASYNCIO)):
        del frames[0]
    trace.stack = traceback.StackSummary.from_list(frames)
    for inner in (trace.__cause__, trace.__context__, *(trace.exceptions or ())):
        if inner is not None:
            _cut(inner)
