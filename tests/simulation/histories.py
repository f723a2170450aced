"""Is a history legal? Ids without gaps, one end, and in each scope only what may follow what was before.

Knows event types and what a definition allows to follow what; the order inside a state is a table.
"""

from __future__ import annotations

from typing import Any

from statemachine.core.model import HistoryEvent
from statemachine.core.scope_path import index_of, parent_path
from tests.simulation.witness import promise

ENDS = {
    "SUCCEEDED": "ExecutionSucceeded",
    "FAILED": "ExecutionFailed",
    "TIMED_OUT": "ExecutionTimedOut",
    "ABORTED": "ExecutionAborted",
}
TASKS = ("Activity", "LambdaFunction", "Task")
FORKS = ("Map", "Parallel")
WORKING = ("Pass", "Choice", "Succeed", "Wait", "Task", "Map", "Parallel")


def _following() -> dict[str, set[str]]:
    """What may follow an event in its scope, ends aside."""
    following = {f"{kind}StateExited": {"Entered"} for kind in WORKING}
    following |= {f"{kind}StateEntered": {f"{kind}StateExited"} for kind in ("Pass", "Choice", "Succeed")}
    following["WaitStateEntered"] = {"WaitStateExited", "WaitStateAborted"}
    following["TaskStateEntered"] = {f"{task}Scheduled" for task in TASKS}
    for task in TASKS:
        over = {f"{task}Failed", f"{task}TimedOut"}
        following[f"{task}Scheduled"] = {f"{task}Started", f"{task}TimedOut", "TaskStateAborted"}
        following[f"{task}Started"] = {f"{task}Succeeded", "TaskStateAborted"} | over
        following[f"{task}Succeeded"] = {"TaskStateExited"}
        following |= {end: {f"{task}Scheduled", "TaskStateExited", "TaskStateAborted"} for end in over}
    for fork in FORKS:
        started, failed = f"{fork}StateStarted", f"{fork}StateFailed"
        following[f"{fork}StateEntered"] = {started}
        following[started] = {started, f"{fork}StateSucceeded", failed, f"{fork}StateAborted"}
        following[f"{fork}StateSucceeded"] = following[failed] = {f"{fork}StateExited"}
    following["TaskSubmitted"] = following["TaskStarted"]
    following["TaskStarted"] = {"TaskSubmitted", *following["TaskSubmitted"]}
    following["ExecutionStarted"] = following["MapIterationStarted"] = {"Entered"}
    return following


FOLLOWING = _following()
ITERATION_ENDS = ("MapIterationSucceeded", "MapIterationFailed", "MapIterationAborted")


class Line:
    """One line of control as its events tell it: the root, or one run of a branch or iteration. `forked` is the event
    at which it last began children, `begun_by` the one at which its parent began it."""

    def __init__(self, block: dict[str, Any], begun_by: int) -> None:
        self.block = block
        self.begun_by = begun_by
        self.forked = 0
        self._state: dict[str, Any] | None = None
        self._name = ""
        self._last: HistoryEvent | None = None
        self._attempts = 0

    def inner(self, index: int) -> dict[str, Any]:
        """The states that a child of the present state runs."""
        assert self._state is not None
        inner: dict[str, Any] = (
            self._state["Branches"][index] if "Branches" in self._state else self._state["ItemProcessor"]
        )
        return inner

    def add(self, event: HistoryEvent, where: str) -> None:
        """The next event. Raises Violation."""
        last = self._last
        if last is not None and event.type == "TaskStateAborted" and last.type == "MapIterationFailed":
            promise(event.previous == last.previous, f"{where} should follow {last.previous}, not {event.previous}")
            return
        self._last = event
        kind = "Entered" if event.type.endswith("StateEntered") else event.type
        if last is None:
            promise(kind in ("ExecutionStarted", "MapIterationStarted", "Entered"), f"{where} begins its scope")
        elif kind not in (*ENDS.values(), *ITERATION_ENDS):
            promise(kind in FOLLOWING.get(last.type, ()), f"{where} cannot follow {last.id} {last.type}")
            if not kind.endswith("Aborted") and last.type != "ExecutionStarted" and not last.type.startswith(FORKS):
                promise(event.previous == last.id, f"{where} should follow {last.id}, not {event.previous}")
        else:
            promise(last.type not in ITERATION_ENDS or kind in ENDS.values(), f"{where} comes after the end {last.id}")
        if kind == "Entered":
            self._enter(event, where)
        elif event.type.endswith("StateExited"):
            promise((event.details or {})["name"] == self._name, f"{where} leaves a state that was not entered")
        elif event.type.endswith(("Scheduled", "StateStarted")):
            self._attempt(event, where)

    def _enter(self, event: HistoryEvent, where: str) -> None:
        details = event.details or {}
        before, self._name, self._attempts = self._state, details["name"], 0
        promise(
            self._name in (_targets(before) if before else [self.block["StartAt"]]), f"{where} leads to {self._name}"
        )
        self._state = self.block["States"][self._name]
        promise(event.type == f"{self._state['Type']}StateEntered", f"{where} enters a {self._state['Type']}")

    def _attempt(self, event: HistoryEvent, where: str) -> None:
        assert self._state is not None
        self._attempts += 1
        allowed = 1 + sum(retrier["MaxAttempts"] for retrier in self._state.get("Retry", ()))
        promise(self._attempts <= allowed, f"{where} is attempt {self._attempts} of {allowed}")
        if event.type.endswith("StateStarted"):
            self.forked = event.id


def check_history(id: str, events: list[HistoryEvent], definition: dict[str, Any], status: str) -> None:
    """Raises Violation where a history is not one that the definition can have."""
    ids = [event.id for event in events]
    promise(ids == list(range(1, len(events) + 1)), f"{id}: the ids of its events are {ids}")
    ends = [event.id for event in events if event.type in ENDS.values()]
    promise(ends == [len(events)] and events[-1].type == ENDS[status], f"{id} is {status}, its ends are {ends}")
    lines: dict[str, Line] = {}
    before = 0
    for event in events:
        where = f"{id}{event.scope}: event {event.id} {event.type}"
        promise(before <= event.timestamp, f"{where} is older than the one before")
        before = event.timestamp
        _line_of(event, lines, definition).add(event, where)
        previous = events[event.previous - 1].scope if event.previous else event.scope
        related = previous.startswith(event.scope) or parent_path(event.scope) in (previous, parent_path(previous))
        if event.type.endswith(("StateAborted", "IterationAborted")):  # what failed may be further out
            related = event.scope.startswith(parent_path(previous))
        promise(event.previous < event.id and related, f"{where} follows {event.previous} of {previous!r}")


def _line_of(event: HistoryEvent, lines: dict[str, Line], definition: dict[str, Any]) -> Line:
    """The line that the event belongs to: a new one where its fork has begun its children anew."""
    line = lines.get(event.scope)
    if not event.scope:
        return line or lines.setdefault("", Line(definition, 0))
    parent = lines[parent_path(event.scope)]
    if line is None or line.begun_by < parent.forked:
        line = lines[event.scope] = Line(parent.inner(index_of(event.scope)), parent.forked)
    return line


def _targets(state: dict[str, Any]) -> list[str]:
    """The states that one may lead to."""
    ways = [state, *state.get("Choices", ()), *state.get("Catch", ())]
    return [way[name] for way in ways for name in ("Next", "Default") if name in way]
