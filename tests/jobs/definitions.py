"""Short forms for these tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from statemachine.core.model import HistoryEvent
from statemachine.core.payload import Payload
from statemachine.jobs import Job, compile_job, read_job, validate_job
from statemachine.json_text import dump


def ordered(*tasks: str, retries: int = 0) -> Job:
    """A job of tasks one after the other, each on a function of its own."""
    return _valid({"id": "job", "tasks": [_task(id, retries) for id in tasks]}, "ordered")


def graph(dependencies: Mapping[str, Sequence[str]], retries: int = 0) -> Job:
    """A job of the tasks that are the keys."""
    fields = {"id": "job", "tasks": [_task(id, retries) for id in dependencies], "graph": dict(dependencies)}
    return _valid(fields, "graph")


def definition(job: Job) -> dict[str, Any]:
    """What is registered for it."""
    return compile_job(job, "us-east-1", "000000000000")


def with_texts(history: Sequence[HistoryEvent]) -> list[HistoryEvent]:
    """The events as the store gives them back: with JSON texts for payloads."""
    return [
        HistoryEvent(
            event.id,
            event.previous,
            event.timestamp,
            event.type,
            event.scope,
            {
                name: value.text if isinstance(value, Payload) else value
                for name, value in (event.details or {}).items()
            },
        )
        for event in history
    ]


def _task(id: str, retries: int) -> dict[str, Any]:
    return {"id": id, "functionName": id.replace(".", "_"), "maxRetry": retries}


def _valid(fields: dict[str, Any], format: Any) -> Job:
    assert validate_job(dump(fields), format) == []
    return read_job(fields, format)
