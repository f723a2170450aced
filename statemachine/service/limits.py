"""The errors for limits of the settings that are reached. Must not know what is limited."""

from __future__ import annotations

from statemachine.errors import ServiceError

TEXTS = {
    "ActivityLimitExceeded": "The maximum number of activities has been reached. Existing activities must be deleted "
    "before a new activity can be created.",
    "ActivityWorkerLimitExceeded": "The maximum number of workers concurrently polling for activity tasks has been "
    "reached.",
    "ExecutionLimitExceeded": "The maximum number of running executions has been reached. Running executions must end "
    "or be stopped before a new execution can be started.",
    "StateMachineLimitExceeded": "The maximum number of state machines has been reached. Existing state machines must "
    "be deleted before a new state machine can be created.",
}
"""The texts by error (service model: its documentation of the errors; AWS's own messages are not recorded)."""


def limit_reached(code: str, setting: str, most: int) -> ServiceError:
    """The error for a limit; the REST API also shows the setting and its value."""
    return ServiceError(code, TEXTS[code], detail=f"{TEXTS[code]} ({setting} = {most})")
