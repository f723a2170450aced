"""What each type of history event means: which thing it is about, and what happened to that thing.

Code that counts, reports or draws a history asks this table instead of taking the name of a type apart. Knows types
only, no event and no details. Source: HistoryEventType (service model).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Subject = Literal["execution", "state", "evaluation", "task", "iteration", "map_run"]
"""The thing that an event is about. A "task" is one attempt of a Task state."""
What = Literal[
    "entered", "exited", "scheduled", "started", "submitted", "succeeded", "failed", "timed_out", "aborted", "redriven"
]
"""What happened to it."""


class Meaning(NamedTuple):
    """What an event of one type says. `state_type` is the type of the state if the subject is a state, else empty.

    A state is "entered" and "exited". Between the two, a Map or Parallel is "started" once per attempt, and
    "succeeded" or "failed"; a state whose work is cut short is "aborted" and never exited.
    """

    subject: Subject
    what: What
    state_type: str = ""


_ENDS = ("Started", "Succeeded", "Failed", "Aborted")
_STATES: dict[str, tuple[str, ...]] = {
    "Choice": ("Entered", "Exited"),
    "Fail": ("Entered",),
    "Map": ("Entered", *_ENDS, "Exited"),
    "Parallel": ("Entered", *_ENDS, "Exited"),
    "Pass": ("Entered", "Exited"),
    "Succeed": ("Entered", "Exited"),
    "Task": ("Entered", "Aborted", "Exited"),
    "Wait": ("Entered", "Aborted", "Exited"),
}
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
        f"{prefix}{ending}": Meaning(subject, _WORDS[ending])
        for prefix, (subject, endings) in _OTHERS.items()
        for ending in endings
    },
}
"""Every type of history event, and what it means."""
