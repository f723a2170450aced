"""Fields that exclude each other, and fields of which one is needed, as a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from statemachine.validation.finding import Fault
from statemachine.validation.parts import Part, State


class OneOf(NamedTuple):
    """Of these fields at most one may stand in an object; one must, where it is `needed`."""

    names: tuple[str, ...]
    needed: bool = False


_TRANSITION = OneOf(("Next", "End"), needed=True)

ONE_OF: dict[str, tuple[OneOf, ...]] = {
    "Task": (
        _TRANSITION,
        OneOf(("TimeoutSeconds", "TimeoutSecondsPath")),
        OneOf(("HeartbeatSeconds", "HeartbeatSecondsPath")),
    ),
    "Wait": (_TRANSITION, OneOf(("Seconds", "SecondsPath", "Timestamp", "TimestampPath"), needed=True)),
    "Pass": (_TRANSITION,),
    "Fail": (OneOf(("Error", "ErrorPath")), OneOf(("Cause", "CausePath"))),
    "Parallel": (_TRANSITION,),
    "Map": (
        _TRANSITION,
        OneOf(("ItemProcessor", "Iterator"), needed=True),
        OneOf(("ItemSelector", "Parameters")),
        OneOf(("MaxConcurrency", "MaxConcurrencyPath")),
        OneOf(("ToleratedFailureCount", "ToleratedFailureCountPath")),
        OneOf(("ToleratedFailurePercentage", "ToleratedFailurePercentagePath")),
    ),
    "ItemReader": (OneOf(("Parameters", "Arguments")),),
    "ReaderConfig": (OneOf(("MaxItems", "MaxItemsPath")),),
    "ItemBatcher": (
        OneOf(("MaxItemsPerBatch", "MaxItemsPerBatchPath")),
        OneOf(("MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath")),
    ),
}
"""By the kind of object."""

BATCH_LIMITS = ("MaxItemsPerBatch", "MaxItemsPerBatchPath", "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath")


def exclusive_fields(state: State, part: Part) -> Iterator[Fault]:
    """The rows of ONE_OF. `End: false` counts as absent."""
    for row in ONE_OF.get(part.kind, ()):
        given = [name for name in row.names if name in part.fields and not _no_end(part, name)]
        listed = f"[{', '.join(row.names)}]"
        if len(given) > 1:
            yield Fault((*part.path, given[1]), f"Only one of these fields is allowed: {listed}", shown=part.path)
        elif not given and row.needed:
            yield Fault(part.path, f"One of these fields is required: {listed}")


def batch_limits(state: State, part: Part) -> Iterator[Fault]:
    """An item batcher names at least one limit."""
    if part.kind == "ItemBatcher" and not any(name in part.fields for name in BATCH_LIMITS):
        yield Fault(part.path, f"One of these fields is required: [{', '.join(BATCH_LIMITS)}]")


def _no_end(part: Part, name: str) -> bool:
    return name == "End" and part.fields[name] is False
