"""A history event as GetExecutionHistory shows it. Shapes and member names are the service model's. Must not know what
an event means."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec

from statemachine.core.model import HistoryEvent
from statemachine.json_text import JsonText
from statemachine.service.answer import Answer
from statemachine.times.timestamps import Timestamp


class Truncated(Answer, frozen=True, kw_only=True):
    """Whether a payload was cut. Ours never are."""

    truncated: bool


class TaskCredentials(Answer, frozen=True, kw_only=True):
    """The role in which a task is performed."""

    role_arn: str


class EventDetails(Answer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The members of the details of all types of events. Times are in seconds."""

    name: str | None = None
    index: int | None = None
    length: int | None = None
    state: str | None = None
    location: str | None = None
    role_arn: str | None = None
    resource_type: str | None = None
    resource: str | None = None
    region: str | None = None
    parameters: JsonText | None = None
    timeout_in_seconds: int | None = None
    heartbeat_in_seconds: int | None = None
    task_credentials: TaskCredentials | None = None
    worker_name: str | None = None
    input: JsonText | None = None
    input_details: Truncated | None = None
    output: JsonText | None = None
    output_details: Truncated | None = None
    assigned_variables: dict[str, str] | None = None
    assigned_variables_details: Truncated | None = None
    error: str | None = None
    cause: str | None = None


class AwsHistoryEvent(Answer, frozen=True, kw_only=True):
    """One event of a history. At most one of the details is there: that of the event's type."""

    timestamp: Timestamp
    type: str
    id: int
    previous_event_id: int
    activity_failed_event_details: EventDetails | None = None
    activity_schedule_failed_event_details: EventDetails | None = None
    activity_scheduled_event_details: EventDetails | None = None
    activity_started_event_details: EventDetails | None = None
    activity_succeeded_event_details: EventDetails | None = None
    activity_timed_out_event_details: EventDetails | None = None
    evaluation_failed_event_details: EventDetails | None = None
    execution_aborted_event_details: EventDetails | None = None
    execution_failed_event_details: EventDetails | None = None
    execution_redriven_event_details: EventDetails | None = None
    execution_started_event_details: EventDetails | None = None
    execution_succeeded_event_details: EventDetails | None = None
    execution_timed_out_event_details: EventDetails | None = None
    lambda_function_failed_event_details: EventDetails | None = None
    lambda_function_schedule_failed_event_details: EventDetails | None = None
    lambda_function_scheduled_event_details: EventDetails | None = None
    lambda_function_start_failed_event_details: EventDetails | None = None
    lambda_function_succeeded_event_details: EventDetails | None = None
    lambda_function_timed_out_event_details: EventDetails | None = None
    map_iteration_aborted_event_details: EventDetails | None = None
    map_iteration_failed_event_details: EventDetails | None = None
    map_iteration_started_event_details: EventDetails | None = None
    map_iteration_succeeded_event_details: EventDetails | None = None
    map_run_failed_event_details: EventDetails | None = None
    map_run_redriven_event_details: EventDetails | None = None
    map_run_started_event_details: EventDetails | None = None
    map_state_started_event_details: EventDetails | None = None
    state_entered_event_details: EventDetails | None = None
    state_exited_event_details: EventDetails | None = None
    task_failed_event_details: EventDetails | None = None
    task_scheduled_event_details: EventDetails | None = None
    task_start_failed_event_details: EventDetails | None = None
    task_started_event_details: EventDetails | None = None
    task_submit_failed_event_details: EventDetails | None = None
    task_submitted_event_details: EventDetails | None = None
    task_succeeded_event_details: EventDetails | None = None
    task_timed_out_event_details: EventDetails | None = None


class HistoryPage(Answer, frozen=True, kw_only=True):
    """The answer of GetExecutionHistory."""

    events: list[AwsHistoryEvent]
    next_token: str | None = None


PAYLOADS = ("input", "output", "parameters", "assignedVariables")
"""The members of details that includeExecutionData=false leaves out."""
_CUT = ("input", "output", "assignedVariables")
"""The members beside which AWS says whether they were cut."""
_WHOLE = {"truncated": False}


def aws_history_event(event: HistoryEvent, *, payloads: bool = True) -> AwsHistoryEvent:
    """An event in AWS's shape. Inputs, outputs and parameters in its details must be JSON texts; without `payloads`
    they are left out."""
    details = {}
    if event.details is not None:
        details[_member_of(event.type)] = _details(event.details, payloads=payloads)
    return AwsHistoryEvent(
        timestamp=Timestamp(event.timestamp / 1000),
        type=event.type,
        id=event.id,
        previous_event_id=event.previous,
        **details,
    )


@cache
def _member_of(type: str) -> str:
    """The field that holds the details of an event of that type."""
    for ending in ("StateEntered", "StateExited"):
        type = ending if type.endswith(ending) else type
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", type).lstrip("_") + "_event_details"


def _details(details: dict[str, Any], *, payloads: bool) -> EventDetails:
    members = {name: value for name, value in details.items() if payloads or name not in PAYLOADS}
    members |= {f"{name}Details": _WHOLE for name in _CUT if name in members}
    return msgspec.convert(members, EventDetails, dec_hook=_json_text)


def _json_text(type: type[Any], value: Any) -> JsonText:
    assert type is JsonText
    return JsonText(value)
