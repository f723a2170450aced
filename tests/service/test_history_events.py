"""History events in AWS's shape: each type of event that has details has a member for them, and no other has."""

from __future__ import annotations

import re

import pytest

from statemachine.api.render import aws_json
from statemachine.core.event_types import MEANINGS
from statemachine.core.model import HistoryEvent
from statemachine.json_text import load
from statemachine.service.executions.history_event import AwsHistoryEvent, aws_history_event

WITHOUT_DETAILS = {
    "LambdaFunctionStarted", "MapRunAborted", "MapRunSucceeded", "MapStateAborted", "MapStateFailed",
    "MapStateSucceeded", "ParallelStateAborted", "ParallelStateFailed", "ParallelStateStarted",
    "ParallelStateSucceeded", "TaskStateAborted", "WaitStateAborted",
}  # fmt: skip
"""The types whose events have no details (service model)."""
WITH_DETAILS = sorted(MEANINGS.keys() - WITHOUT_DETAILS)


@pytest.mark.parametrize("type_", WITH_DETAILS)
def test_the_details_of_an_event_are_in_the_member_of_its_type(type_: str) -> None:
    shown = aws_history_event(HistoryEvent(2, 1, 1_700_000_000_250, type_, "", {}))
    name = re.sub("^[A-Z][a-z]+State(Entered|Exited)$", r"State\1", type_)
    details = f"{name[0].lower()}{name[1:]}EventDetails"
    assert load(aws_json(shown)) == {
        "timestamp": 1_700_000_000.25, "type": type_, "id": 2, "previousEventId": 1, details: {},
    }  # fmt: skip


def test_every_member_for_details_belongs_to_a_type_of_event() -> None:
    members = {name for name in AwsHistoryEvent.__struct_fields__ if name.endswith("_event_details")}
    state_types = {type_ for type_ in WITH_DETAILS if re.search("State(Entered|Exited)$", type_)}
    assert len(members) == len(WITH_DETAILS) - len(state_types) + len({"StateEntered", "StateExited"})
