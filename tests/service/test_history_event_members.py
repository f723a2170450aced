"""A history event as GetExecutionHistory shows it has the members that AWS's model has, for every type of event."""

from __future__ import annotations

import re

import pytest

from statemachine.service.executions.history_event import AwsHistoryEvent


def test_an_event_has_a_member_for_the_details_of_each_type() -> None:
    session = pytest.importorskip("botocore.session").get_session()
    model = session.get_service_model("stepfunctions").shape_for("HistoryEvent")
    fields = {re.sub("_(.)", lambda letter: letter[1].upper(), name) for name in AwsHistoryEvent.__struct_fields__}
    assert fields == set(model.members)
