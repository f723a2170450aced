"""What a kind of task says of a task, as an event. Must not trust a kind: it may come from another package."""

from __future__ import annotations

import msgspec

from statemachine.core.events import Event, TaskFailure, TaskReturned
from statemachine.core.limits import PAYLOAD_BYTES_MAX
from statemachine.core.payload import Payload
from statemachine.tasks.kind import LOG_BYTES_MAX, Failed, Succeeded, TaskLog


def result_event(path: str, token: str, result: object) -> Event:
    """The event for the result of a task. Raises TypeError or ValueError for a result that no kind may give."""
    if isinstance(result, Failed):
        for text in (result.error, result.cause):
            if not isinstance(text, str | None):
                raise TypeError(f"the error and the cause must be text or None: {text!r}")
        return TaskFailure(path, token, result.error, result.cause)
    if not isinstance(result, Succeeded):
        raise TypeError(f"the result is neither Succeeded nor Failed: {result!r}")
    if not isinstance(result.output, str):
        raise TypeError(f"the output is no text: {result.output!r}")
    payload = Payload(text=result.output)
    if payload.size > PAYLOAD_BYTES_MAX:
        return TaskReturned(path, token, payload)  # it fails the task, and nothing reads its value
    try:
        _ = payload.value
    except msgspec.DecodeError as error:
        raise ValueError(f"the output is not JSON: {error}") from None
    return TaskReturned(path, token, payload)


def checked_log(log: object) -> TaskLog | None:
    """What a task has printed, within the bound. Raises TypeError for anything else than a TaskLog or None."""
    if log is None:
        return None
    if not isinstance(log, TaskLog) or not isinstance(log.text, str) or not isinstance(log.cut_bytes, int):
        raise TypeError(f"the log is no TaskLog: {log!r}")
    written = log.text.encode(errors="replace")
    tail = written[-LOG_BYTES_MAX:]
    return TaskLog(tail.decode(errors="replace"), log.cut_bytes + len(written) - len(tail))


def failure_event(path: str, token: str, error: Exception) -> Event:
    """The event for a task whose kind gave no valid result."""
    return TaskFailure(path, token, "States.TaskFailed", f"The task has no valid result: {error}")
