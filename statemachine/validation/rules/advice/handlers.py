"""Advice on error names in retriers and catchers that never match.

A name never matches if an earlier retrier or catcher matches it, or if the state cannot raise it. `core/retry` defines
which names match which errors. No warning is given if AWS's own documents disagree.
"""

from __future__ import annotations

from collections.abc import Iterator

from statemachine.validation.finding import NEVER_MATCHES, Fault, Path
from statemachine.validation.members import elements
from statemachine.validation.parts import Block, StateDefinition

_ALL = "States.ALL"
_TASK_FAILED = "States.TaskFailed"
_TIMEOUT = "States.Timeout"
_HEARTBEAT = "States.HeartbeatTimeout"
_NEVER_CAUGHT = "States.Runtime"

_NOT_BY_TASK_FAILED = frozenset((_ALL, _TIMEOUT, _HEARTBEAT, _NEVER_CAUGHT, "States.DataLimitExceeded"))
"""Errors that States.TaskFailed does not match, or that it may not match."""
_OF_OTHER_TYPES = {
    "States.BranchFailed": "Parallel",
    "States.NoChoiceMatched": "Choice",
    "States.ExceedToleratedFailureThreshold": "Map",
    "States.ItemReaderFailed": "Map",
    "States.ResultWriterFailed": "Map",
}
"""Errors that a Task does not raise, with the type of state that does. (States Language: the names of a task's own
errors do not begin with `States.`)"""


def names_that_never_match(blocks: list[Block]) -> Iterator[Fault]:
    """Each name in a Retry or Catch can match. If no name of an element can match, the place is the whole element."""
    for block in blocks:
        for state in block.states:
            for field in ("Retry", "Catch"):
                yield from _in_field(state, field)


def _in_field(state: StateDefinition, field: str) -> Iterator[Fault]:
    matched: dict[str, int] = {}  # by name: the index of the element
    for number, handler in enumerate(elements(state.fields, field)):
        place: Path = (*state.path, field, number)
        names = elements(handler, "ErrorEquals") if isinstance(handler, dict) else []
        wrong = []
        for position, name in enumerate(names):
            if isinstance(name, str):
                reason = _not_raised(state, name) or _matched_before(name, matched, field, number)
                if reason:
                    wrong.append(((*place, "ErrorEquals", position), reason))
                matched.setdefault(name, number)
        if wrong and len(wrong) == len(names):
            reasons = "; ".join(dict.fromkeys(reason for _, reason in wrong))
            yield Fault(place, f"It never matches: {reasons}", NEVER_MATCHES)
        else:
            yield from (Fault(path, reason, NEVER_MATCHES) for path, reason in wrong)


def _not_raised(state: StateDefinition, name: str) -> str | None:
    if name == _NEVER_CAUGHT:
        return f"{name} is neither retried nor caught"
    if state.type != "Task":
        return None  # the states inside it may raise any error
    if name in _OF_OTHER_TYPES:
        return f"{name} is an error of {_OF_OTHER_TYPES[name]} states"
    if name == _HEARTBEAT and "HeartbeatSeconds" not in state.fields and "HeartbeatSecondsPath" not in state.fields:
        return f"{name} needs HeartbeatSeconds"
    return None


def _matched_before(name: str, matched: dict[str, int], field: str, number: int) -> str | None:
    if name in matched:
        return f"{name} is named twice" if matched[name] == number else f"{name} is matched by {field}[{matched[name]}]"
    if name == _HEARTBEAT and matched.get(_TIMEOUT, number) < number:
        return f"{name} is matched by {_TIMEOUT} in {field}[{matched[_TIMEOUT]}]"
    if name not in _NOT_BY_TASK_FAILED and matched.get(_TASK_FAILED, number) < number:
        return f"{name} is matched by {_TASK_FAILED} in {field}[{matched[_TASK_FAILED]}]"
    return None
