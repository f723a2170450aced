"""What each type of history event means: which thing it is about, and what happened to that thing.

Code that counts, reports or draws a history asks this table instead of taking the name of a type apart. Knows types
only, no event and no details. Source: HistoryEventType (service model).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Subject = Literal["execution", "state", "children", "evaluation", "task", "iteration", "map_run"]
"""The thing that an event is about. A "task" is one attempt of a Task state; "children" are one attempt of a Map or
Parallel state, all its iterations or branches taken together; an "evaluation" is a JSONata expression of a state."""
What = Literal[
    "entered", "exited", "scheduled", "started", "submitted", "succeeded", "failed", "timed_out", "aborted", "redriven"
]
"""What happened to it."""


class Meaning(NamedTuple):
    """What an event of one type says. `state_type` is the state type that the event type names, else empty."""

    subject: Subject
    what: What
    state_type: str = ""


_ENDS = ("Started", "Succeeded", "Failed", "Aborted")
_STATES: dict[str, tuple[str, ...]] = {
    "Choice": ("Entered", "Exited"),
    "Fail": ("Entered",),
    "Map": ("Entered", "Aborted", "Exited"),
    "Parallel": ("Entered", "Aborted", "Exited"),
    "Pass": ("Entered", "Exited"),
    "Succeed": ("Entered", "Exited"),
    "Task": ("Entered", "Aborted", "Exited"),
    "Wait": ("Entered", "Aborted", "Exited"),
}
_CHILDREN = ("Started", "Succeeded", "Failed")
_ATTEMPT = ("Scheduled", "Started", "Succeeded", "Failed", "TimedOut", "ScheduleFailed")
_OTHERS: dict[str, tuple[Subject, tuple[str, ...]]] = {
    "Execution": ("execution", (*_ENDS, "TimedOut", "Redriven")),
    "Evaluation": ("evaluation", ("Failed",)),
    "Activity": ("task", _ATTEMPT),
    "LambdaFunction": ("task", (*_ATTEMPT, "StartFailed")),
    "Task": (
        "task",
        ("Scheduled", "Started", "Submitted", "Succeeded", "Failed", "TimedOut", "StartFailed", "SubmitFailed"),
    ),
    "MapIteration": ("iteration", _ENDS),
    "MapRun": ("map_run", (*_ENDS, "Redriven")),
}
_WORDS: dict[str, What] = {
    "Entered": "entered",
    "Exited": "exited",
    "Scheduled": "scheduled",
    "Started": "started",
    "Submitted": "submitted",
    "Succeeded": "succeeded",
    "Failed": "failed",
    "ScheduleFailed": "failed",
    "StartFailed": "failed",
    "SubmitFailed": "failed",
    "TimedOut": "timed_out",
    "Aborted": "aborted",
    "Redriven": "redriven",
}

MEANINGS: dict[str, Meaning] = {
    **{
        f"{type_}State{ending}": Meaning("state", _WORDS[ending], type_)
        for type_, endings in _STATES.items()
        for ending in endings
    },
    **{
        f"{type_}State{ending}": Meaning("children", _WORDS[ending], type_)
        for type_ in ("Map", "Parallel")
        for ending in _CHILDREN
    },
    **{
        f"{prefix}{ending}": Meaning(subject, _WORDS[ending])
        for prefix, (subject, endings) in _OTHERS.items()
        for ending in endings
    },
}
"""Every type of history event, and what it means."""

ENDINGS: tuple[What, ...] = ("succeeded", "failed", "timed_out", "aborted")


def ends_execution(type_: str) -> bool:
    """Does an execution end with an event of this type?"""
    meaning = MEANINGS.get(type_)
    return meaning is not None and meaning.subject == "execution" and meaning.what in ENDINGS
