"""Events of a run in AWS's shape, as the AWS API shows them."""

from __future__ import annotations

from typing import Any

from statemachine.api.render import aws_json
from statemachine.core.model import HistoryEvent
from statemachine.json_text import load
from statemachine.service.executions.history_event import aws_history_event
from tests.jobs.definitions import with_texts


def aws_event(event: HistoryEvent) -> Any:
    """The event in AWS's shape."""
    # An event without details has no member for them in AWS's shape.
    (shown,) = [event] if event.details is None else with_texts([event])
    return load(aws_json(aws_history_event(shown)))
