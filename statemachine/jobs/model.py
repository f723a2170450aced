"""The types of the job formats, and how a valid job is read from its JSON. Must not know the rules of the formats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Format = Literal["ordered", "graph"]
"""`ordered`: one task after the other. `graph`: each task as soon as its own dependencies have succeeded."""


class JobTask(msgspec.Struct, frozen=True):
    """One task. `function` is the name of a registered function. `retries` is how often the task is tried again after
    a failure. `dependencies` are the ids of the tasks whose outputs it needs (graph format only)."""

    id: str
    name: str
    function: str
    retries: int = 0
    dependencies: tuple[str, ...] = ()


class Job(msgspec.Struct, frozen=True):
    """A job definition. `id` is the name of its state machine."""

    id: str
    name: str
    format: Format
    tasks: tuple[JobTask, ...]


def read_job(fields: Mapping[str, Any], format: Format) -> Job:
    """The job in `fields`, about which `validate_job` has no findings.

    A missing id of a job is its name, and a missing name its id. A missing name of a task is the task's id.
    """
    graph = fields.get("graph", {})
    tasks = tuple(
        JobTask(
            id=task["id"],
            name=task.get("name", task["id"]),
            function=task["functionName"],
            # A whole number may be written as 3.0: JSON Schema counts it as an integer.
            retries=int(task.get("maxRetry", 0)),
            dependencies=tuple(graph.get(task["id"], ())),
        )
        for task in fields["tasks"]
    )
    id = fields.get("id", fields.get("name"))
    return Job(id, fields.get("name", id), format, tasks)
