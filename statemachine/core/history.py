"""History events: from our compact form to AWS's shape. Knows the shapes of the service model and nothing else.

The compact form has the scope, which AWS's events lack, and leaves out everything that follows from the type.
"""

from __future__ import annotations

from typing import Any

from statemachine.core.event_types import MEANINGS
from statemachine.core.model import HistoryEvent

DETAILS = {
    "ActivityFailed": "activityFailed",
    "ActivityScheduleFailed": "activityScheduleFailed",
    "ActivityScheduled": "activityScheduled",
    "ActivityStarted": "activityStarted",
    "ActivitySucceeded": "activitySucceeded",
    "ActivityTimedOut": "activityTimedOut",
    "EvaluationFailed": "evaluationFailed",
    "ExecutionAborted": "executionAborted",
    "ExecutionFailed": "executionFailed",
    "ExecutionRedriven": "executionRedriven",
    "ExecutionStarted": "executionStarted",
    "ExecutionSucceeded": "executionSucceeded",
    "ExecutionTimedOut": "executionTimedOut",
    "LambdaFunctionFailed": "lambdaFunctionFailed",
    "LambdaFunctionScheduleFailed": "lambdaFunctionScheduleFailed",
    "LambdaFunctionScheduled": "lambdaFunctionScheduled",
    "LambdaFunctionStartFailed": "lambdaFunctionStartFailed",
    "LambdaFunctionSucceeded": "lambdaFunctionSucceeded",
    "LambdaFunctionTimedOut": "lambdaFunctionTimedOut",
    "MapIterationAborted": "mapIterationAborted",
    "MapIterationFailed": "mapIterationFailed",
    "MapIterationStarted": "mapIterationStarted",
    "MapIterationSucceeded": "mapIterationSucceeded",
    "MapRunFailed": "mapRunFailed",
    "MapRunRedriven": "mapRunRedriven",
    "MapRunStarted": "mapRunStarted",
    "MapStateStarted": "mapStateStarted",
    "TaskFailed": "taskFailed",
    "TaskScheduled": "taskScheduled",
    "TaskStartFailed": "taskStartFailed",
    "TaskStarted": "taskStarted",
    "TaskSubmitFailed": "taskSubmitFailed",
    "TaskSubmitted": "taskSubmitted",
    "TaskSucceeded": "taskSucceeded",
    "TaskTimedOut": "taskTimedOut",
}
"""The names of the details of event types that have details (service model). Those of …StateEntered and …StateExited
follow a rule."""

_TEXTS = ("input", "output", "parameters")


def aws_event(event: HistoryEvent, *, include_data: bool = True) -> dict[str, Any]:
    """The event in the shape of GetExecutionHistory, with `timestamp` in epoch seconds.

    Inputs, outputs and parameters in `event.details` must be JSON texts. They are left out if `include_data` is False,
    as GetExecutionHistory does for includeExecutionData=false.
    """
    shaped: dict[str, Any] = {
        "timestamp": event.timestamp / 1000,
        "type": event.type,
        "id": event.id,
        "previousEventId": event.previous,
    }
    if event.details is None:
        return shaped
    details = {name: value for name, value in event.details.items() if include_data or name not in _TEXTS}
    if include_data:
        if "input" in details:
            details["inputDetails"] = {"truncated": False}
        if "output" in details:
            details["outputDetails"] = {"truncated": False}
        if "assignedVariables" in details:
            details["assignedVariablesDetails"] = {"truncated": False}
    shaped[_details_name(event.type)] = details
    return shaped


def _details_name(type_: str) -> str:
    subject, what, _ = MEANINGS[type_]
    if subject == "state" and what in ("entered", "exited"):
        return f"state{what.capitalize()}EventDetails"
    return DETAILS[type_] + "EventDetails"
