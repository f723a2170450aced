"""The rules of a job that a schema cannot say: ids must differ, and the graph must fit the tasks and have no cycle.

Takes any JSON object. Values of a wrong type are skipped here, because the schema reports them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from statemachine.jobs.model import Format
from statemachine.tasks.registered import RegisteredNames
from statemachine.validation.finding import NOT_REGISTERED, SCHEMA_VALIDATION_FAILED, Fault
from statemachine.validation.members import Fields, elements, mapping, text

DUPLICATE_TASK = "DUPLICATE_TASK"
UNKNOWN_TASK = "UNKNOWN_TASK"
UNKNOWN_DEPENDENCY = "UNKNOWN_DEPENDENCY"
UNREACHABLE_TASK = "UNREACHABLE_TASK"
DEPENDENCY_CYCLE = "DEPENDENCY_CYCLE"

CYCLES_MAX = 10
"""How many cycles are reported. Each is searched for after the ones before it were cut."""
CYCLE_TASKS_SHOWN_MAX = 100
"""How many tasks of one cycle a message names."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


def job_faults(job: Fields, format: Format) -> Iterator[Fault]:
    """The faults of a job beyond its shape."""
    yield from _id_faults(job)
    ids = [text(task, "id") if isinstance(task, dict) else None for task in elements(job, "tasks")]
    yield from _duplicate_faults(ids)
    if format == "graph" and isinstance(job.get("graph"), dict):
        known = {id for id in ids if id is not None}
        yield from _unknown_faults(job, known)
        yield from _unreachable_faults(job, ids)
        yield from _cycle_faults(job, known)


def unknown_functions(job: Fields, registered: RegisteredNames) -> Iterator[Fault]:
    """Warnings about functions that this server does not have."""
    for number, task in enumerate(elements(job, "tasks")):
        function = text(task, "functionName") if isinstance(task, dict) else None
        message = registered.advice_on_function(function) if function else None
        if message:
            yield Fault(("tasks", number, "functionName"), message, NOT_REGISTERED)


def _id_faults(job: Fields) -> Iterator[Fault]:
    name = text(job, "name")
    if "id" not in job and name and not _ID.fullmatch(name):
        message = f"Without an id the name stands for it and must match ^{_ID.pattern}$"
        yield Fault(("name",), message, SCHEMA_VALIDATION_FAILED)


def _duplicate_faults(ids: list[str | None]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for number, id in enumerate(ids):
        if id is None:
            continue
        if id in seen:
            message = f"The id '{id}' is already that of /tasks/{seen[id]}"
            yield Fault(("tasks", number, "id"), message, DUPLICATE_TASK)
        else:
            seen[id] = number


def _unknown_faults(job: Fields, known: set[str]) -> Iterator[Fault]:
    graph = mapping(job, "graph")
    for id in graph:
        if id not in known:
            yield Fault(("graph", id), f"There is no task '{id}'", UNKNOWN_TASK)
        for number, dependency in enumerate(elements(graph, id)):
            if isinstance(dependency, str) and dependency not in known:
                message = f"Task '{id}' depends on '{dependency}', which is not a task of this job"
                yield Fault(("graph", id, number), message, UNKNOWN_DEPENDENCY)


def _unreachable_faults(job: Fields, ids: list[str | None]) -> Iterator[Fault]:
    """A task that the graph does not name was most often forgotten; it is not taken for one without dependencies."""
    graph = mapping(job, "graph")
    named = {*graph, *(other for id in graph for other in elements(graph, id) if isinstance(other, str))}
    for number, id in enumerate(ids):
        if id is not None and id not in named:
            message = f"'graph' has no entry for task '{id}'; if it depends on no task, add \"{id}\": []"
            yield Fault(("tasks", number, "id"), message, UNREACHABLE_TASK)


def _cycle_faults(job: Fields, known: set[str]) -> Iterator[Fault]:
    fields = mapping(job, "graph")
    graph: dict[str, list[Any]] = {
        id: [other for other in elements(fields, id) if isinstance(other, str) and other in known] for id in fields
    }
    for _ in range(CYCLES_MAX):
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            # In graphlib's list each task is a dependency of the next one, and the last task is the first again.
            cycle: list[str] = error.args[1][::-1]
        else:
            return
        first, dependency = cycle[0], cycle[1]
        place = ("graph", first, elements(fields, first).index(dependency))
        yield Fault(place, f"Tasks depend on themselves: {_cycle_text(cycle)}", DEPENDENCY_CYCLE)
        graph[first] = [other for other in graph[first] if other != dependency]


def _cycle_text(cycle: list[str]) -> str:
    """`a → b → a`: a depends on b, which depends on a."""
    if len(cycle) <= CYCLE_TASKS_SHOWN_MAX:
        return " → ".join(cycle)
    left_out = len(cycle) - CYCLE_TASKS_SHOWN_MAX
    return " → ".join([*cycle[: CYCLE_TASKS_SHOWN_MAX - 1], f"({left_out} more)", cycle[-1]])
