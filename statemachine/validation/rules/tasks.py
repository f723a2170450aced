"""Rules for the fields of Task states, except Resource."""

from __future__ import annotations

from collections.abc import Iterator

from statemachine.validation.finding import Fault
from statemachine.validation.members import number
from statemachine.validation.parts import Part, StateDefinition


def heartbeat(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """HeartbeatSeconds is less than TimeoutSeconds, if both are numbers."""
    timeout, beat = number(part.fields, "TimeoutSeconds"), number(part.fields, "HeartbeatSeconds")
    if part.type == "Task" and timeout is not None and beat is not None and beat >= timeout:
        yield Fault((*part.path, "HeartbeatSeconds"), "HeartbeatSeconds must be less than TimeoutSeconds")


def credentials(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """Credentials have a RoleArn (recorded)."""
    given = part.fields.get("Credentials") if part.type == "Task" else None
    if isinstance(given, dict) and "RoleArn" not in given:
        if state.language == "JSONPath" and "RoleArn.$" in given:
            return
        yield Fault((*part.path, "Credentials"), "The field 'RoleArn' is required but was missing")
