"""What a schema cannot say of a job: names that must differ, and the graph of dependencies.

Takes any JSON object, however wrong: what has the wrong type is the schema's to report and is passed over here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from statemachine.jobs.model import Format
from statemachine.validation.finding import SCHEMA_VALIDATION_FAILED, Fault
from statemachine.validation.members import Fields, elements, mapping, text

DUPLICATE_TASK = "DUPLICATE_TASK"
UNKNOWN_TASK = "UNKNOWN_TASK"
UNKNOWN_DEPENDENCY = "UNKNOWN_DEPENDENCY"
UNREACHABLE_TASK = "UNREACHABLE_TASK"
DEPENDENCY_CYCLE = "DEPENDENCY_CYCLE"

CYCLES_MAX = 10
"""How many cycles are looked for, each with the ones before it cut open."""
CYCLE_TASKS_SHOWN_MAX = 100
"""How many tasks of one cycle are named."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


def job_faults(job: Fields, format: Format) -> Iterator[Fault]:
    """What is wrong with a job beyond its shape."""
    yield from _id_faults(job)
    ids = [text(task, "id") if isinstance(task, dict) else None for task in elements(job, "tasks")]
    yield from _duplicates(ids)
    if format == "graph" and isinstance(job.get("graph"), dict):
        known = {id for id in ids if id is not None}
        yield from _unknown(job, known)
        yield from _unreachable(job, ids)
        yield from _cycles(job, known)


def _id_faults(job: Fields) -> Iterator[Fault]:
    name = text(job, "name")
    if "id" not in job and name and not _ID.fullmatch(name):
        message = f"Without an id the name stands for it and must match ^{_ID.pattern}$"
        yield Fault(("name",), message, SCHEMA_VALIDATION_FAILED)


def _duplicates(ids: list[str | None]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for number, id in enumerate(ids):
        if id is None:
            continue
        if id in seen:
            message = f"Task '{id}' is there already, as /tasks/{seen[id]}"
            yield Fault(("tasks", number, "id"), message, DUPLICATE_TASK)
        else:
            seen[id] = number


def _unknown(job: Fields, known: set[str]) -> Iterator[Fault]:
    graph = mapping(job, "graph")
    for id in graph:
        if id not in known:
            yield Fault(("graph", id), f"There is no task '{id}'", UNKNOWN_TASK)
        for number, dependency in enumerate(elements(graph, id)):
            if isinstance(dependency, str) and dependency not in known:
                message = f"Task '{id}' depends on '{dependency}', and there is no such task"
                yield Fault(("graph", id, number), message, UNKNOWN_DEPENDENCY)


def _unreachable(job: Fields, ids: list[str | None]) -> Iterator[Fault]:
    """A task that the graph does not name is most often one that was forgotten there, and not one for the start."""
    graph = mapping(job, "graph")
    named = {*graph, *(other for id in graph for other in elements(graph, id) if isinstance(other, str))}
    for number, id in enumerate(ids):
        if id is not None and id not in named:
            message = f"The graph does not lead to task '{id}'; if it depends on nothing, say \"{id}\": []"
            yield Fault(("tasks", number, "id"), message, UNREACHABLE_TASK)


def _cycles(job: Fields, known: set[str]) -> Iterator[Fault]:
    fields = mapping(job, "graph")
    graph: dict[str, list[Any]] = {
        id: [other for other in elements(fields, id) if isinstance(other, str) and other in known] for id in fields
    }
    for _ in range(CYCLES_MAX):
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            # Each task of the list is a dependency of the next one; the last is the first again.
            cycle: list[str] = error.args[1][::-1]
        else:
            return
        first, dependency = cycle[0], cycle[1]
        place = ("graph", first, elements(fields, first).index(dependency))
        yield Fault(place, f"Tasks depend on themselves: {_shown(cycle)}", DEPENDENCY_CYCLE)
        graph[first] = [other for other in graph[first] if other != dependency]


def _shown(cycle: list[str]) -> str:
    """`a → b → a`: a depends on b, which depends on a."""
    if len(cycle) <= CYCLE_TASKS_SHOWN_MAX:
        return " → ".join(cycle)
    left_out = len(cycle) - CYCLE_TASKS_SHOWN_MAX
    return " → ".join([*cycle[: CYCLE_TASKS_SHOWN_MAX - 1], f"({left_out} more)", cycle[-1]])
