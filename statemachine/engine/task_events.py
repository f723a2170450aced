"""What a kind of task says of a task, as an event. Must not trust a kind: it may come from another package."""

from __future__ import annotations

import msgspec

from statemachine.core.events import Event, TaskFailure, TaskReturned
from statemachine.core.payload import Payload
from statemachine.tasks.kind import Failed, Succeeded


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
    try:
        _ = payload.value
    except msgspec.DecodeError as error:
        raise ValueError(f"the output is not JSON: {error}") from None
    return TaskReturned(path, token, payload)


def failure_event(path: str, token: str, error: Exception) -> Event:
    """The event for a task whose kind gave no valid result."""
    return TaskFailure(path, token, "States.TaskFailed", f"The task has no valid result: {error}")
