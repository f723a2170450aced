"""What each type of history event means: the subject that it is about, and what happened to that subject.

The only place in this room that reads event types. Knows no tree.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Subject = Literal["execution", "state", "task", "children", "iteration", "map run", "evaluation"]
"""`task` is one attempt of a Task state, `children` one attempt of a Map or Parallel state: its iterations or branches
taken together. `evaluation` is a JSONata expression of a state."""

What = Literal[
    "scheduled", "started", "submitted", "succeeded", "failed", "timed out", "aborted", "entered", "exited", "redriven"
]

ENDINGS: tuple[What, ...] = ("succeeded", "failed", "timed out", "aborted")


class EventType(NamedTuple):
    """What a type means. `state_type` is the state type that the event type names, "" if it names none."""

    subject: Subject
    what: What
    state_type: str = ""


_ENDS_WITH: dict[str, What] = {
    "Scheduled": "scheduled",
    "ScheduleFailed": "failed",
    "Started": "started",
    "StartFailed": "failed",
    "Submitted": "submitted",
    "SubmitFailed": "failed",
    "Succeeded": "succeeded",
    "Failed": "failed",
    "TimedOut": "timed out",
    "Aborted": "aborted",
    "Entered": "entered",
    "Exited": "exited",
    "Redriven": "redriven",
}

_FAMILIES: tuple[tuple[Subject, str, str], ...] = (
    ("execution", "Execution", "Started Succeeded Failed TimedOut Aborted Redriven"),
    ("state", "ChoiceState PassState SucceedState", "Entered Exited"),
    ("state", "FailState", "Entered"),
    ("state", "MapState ParallelState TaskState WaitState", "Entered Exited Aborted"),
    ("children", "MapState ParallelState", "Started Succeeded Failed"),
    ("iteration", "MapIteration", "Started Succeeded Failed Aborted"),
    ("task", "Activity", "Scheduled ScheduleFailed Started Succeeded Failed TimedOut"),
    ("task", "LambdaFunction", "Scheduled ScheduleFailed Started StartFailed Succeeded Failed TimedOut"),
    ("task", "Task", "Scheduled Started StartFailed Submitted SubmitFailed Succeeded Failed TimedOut"),
    ("map run", "MapRun", "Started Succeeded Failed Aborted Redriven"),
    ("evaluation", "Evaluation", "Failed"),
)
"""Subject, how the types begin, how they end (service model: HistoryEventType)."""

EVENT_TYPES = {
    beginning + end: EventType(
        subject, _ENDS_WITH[end], beginning.removesuffix("State") if "State" in beginning else ""
    )
    for subject, beginnings, ends in _FAMILIES
    for beginning in beginnings.split()
    for end in ends.split()
}
"""Every event type of AWS with its meaning."""


def ends_execution(type_: str) -> bool:
    """Does an execution end with an event of this type?"""
    meaning = EVENT_TYPES.get(type_)
    return meaning is not None and meaning.subject == "execution" and meaning.what in ENDINGS
