"""The nouns of the job formats, and how a valid job is read from its JSON. Judges nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Format = Literal["ordered", "graph"]
"""Tasks one after the other, or each as soon as its own dependencies are done."""


class JobTask(msgspec.Struct, frozen=True):
    """One task. `function` is the name of a registered function, `retries` how often it is tried again after a failure;
    `dependencies` are the ids of the tasks whose outputs it needs (graph format only)."""

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
    """The job of a definition in which `validate_job` found nothing. A job's id and name stand for each other where
    one is missing; a task's name is its id by default."""
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
