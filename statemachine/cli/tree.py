"""An execution as a tree of its states, built from history events one by one. Pure: knows no server and no terminal.

AWS's events carry no scope: where one belongs follows from the event before it (`previousEventId`) and from names,
which are unique within a definition. Branches have no numbers there; here they are numbered as they begin. A Map or
Parallel that is retried keeps the children of its last attempt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

RUNNING, SUCCEEDED, CAUGHT, FAILED, ABORTED = "RUNNING", "SUCCEEDED", "CAUGHT", "FAILED", "ABORTED"
"""How a node stands; CAUGHT is a state that failed and was left by its Catch."""

_FAILURES = ("Failed", "TimedOut")
_ATTEMPTS = ("Scheduled", "MapStateStarted", "ParallelStateStarted")
_ENTERED, _EXITED = "StateEntered", "StateExited"


@dataclass(slots=True, eq=False)
class Node:
    """The execution, a state, or one branch or iteration of a state.

    `type` is a state's type; `index` numbers branches and iterations; `started` and `ended` are in epoch seconds;
    `total` is the number of a Map's items; `attempts` counts how often its work was begun; `failing` says that the last
    one failed.
    """

    kind: str
    name: str
    started: float
    parent: Node | None = None
    type: str = ""
    index: int | None = None
    ended: float | None = None
    status: str = RUNNING
    attempts: int = 0
    error: str | None = None
    cause: str | None = None
    failing: bool = False
    total: int | None = None
    numbered: dict[int, Node] = field(default_factory=dict)

    @property
    def children(self) -> list[Node]:
        """The states, branches or iterations in it, in their order."""
        return list(self.numbered.values())

    def end(self, status: str, moment: float) -> None:
        """Let it end, and with it all below that had not."""
        self.status, self.ended = status, moment
        for child in self.children:
            if child.ended is None:
                child.end(FAILED if child.failing or child.type == "Fail" else ABORTED, moment)
                if child.kind == "branch":
                    child.status = _status_of_branch(child)

    def walk(self) -> Iterator[Node]:
        """Itself and all below, from the outside in."""
        yield self
        for child in self.children:
            yield from child.walk()


class Tree:
    """The tree of one execution, as far as its events were added in the order of their ids."""

    def __init__(self, name: str) -> None:
        self.root = Node("execution", name, 0.0)
        self._nodes: dict[int, Node] = {0: self.root}

    def add(self, event: Mapping[str, Any]) -> None:
        """Take in the next event, in AWS's shape with `timestamp` in epoch seconds."""
        type_: str = event["type"]
        details: Mapping[str, Any] = next((v for k, v in event.items() if k.endswith("EventDetails")), {})
        moment: float = event["timestamp"]
        previous = self._nodes[event["previousEventId"]]
        self._nodes[event["id"]] = self._take(type_, details, moment, previous)

    def _take(self, type_: str, details: Mapping[str, Any], moment: float, previous: Node) -> Node:
        """The node that an event belongs to, changed as the event says."""
        if type_.startswith("Execution"):
            return self._execution(type_, details, moment, previous)
        if type_.endswith(_ENTERED):
            return self._enter(type_.removesuffix(_ENTERED), details["name"], moment, previous)
        if type_.endswith(_EXITED):
            node = _upwards(previous, lambda node: node.kind == "state" and node.name == details["name"])
            node.end(CAUGHT if node.failing else SUCCEEDED, moment)
            return node
        if type_.startswith("MapIteration"):
            return _iteration(type_, details, moment, previous)
        kind, is_state_event, ending = type_.partition("State")
        if is_state_event and ending in ("Started", "Succeeded", "Failed", "Aborted"):
            previous = _upwards(previous, lambda node: node.type == kind and node.ended is None)
        _note(previous, type_, details)
        if ending in ("Aborted", "Failed"):
            previous.end(FAILED if previous.failing else ABORTED, moment)
        return previous

    def _execution(self, type_: str, details: Mapping[str, Any], moment: float, previous: Node) -> Node:
        root, ending = self.root, type_.removeprefix("Execution")
        if ending == "Started":
            root.started = moment
        elif ending == "Redriven":
            root.status, root.ended, root.error, root.cause = RUNNING, None, None, None
        else:
            root.error, root.cause = details.get("error"), details.get("cause")
            if ending in _FAILURES:
                _blame(previous, ending, root.error, root.cause)
            root.end("TIMED_OUT" if ending == "TimedOut" else ending.upper(), moment)
        return root

    def _enter(self, type_: str, name: str, moment: float, previous: Node) -> Node:
        if previous.kind == "state" and previous.ended is None and previous.type == "Parallel":
            index = len(previous.numbered)
            holder = Node("branch", previous.name, moment, parent=previous, index=index)
            previous.numbered[index] = holder
        else:
            holder = previous.parent if previous.kind == "state" and previous.parent is not None else previous
        node = Node("state", name, moment, parent=holder, type=type_)
        holder.numbered[len(holder.numbered)] = node
        return node


def _status_of_branch(branch: Node) -> str:
    """How a branch stands whose Parallel has ended: no event tells of it but those of its states."""
    found = {state.status for state in branch.children}
    return next((status for status in (FAILED, ABORTED) if status in found), SUCCEEDED)


def _iteration(type_: str, details: Mapping[str, Any], moment: float, previous: Node) -> Node:
    name, index = details["name"], details["index"]
    map_ = _upwards(previous, lambda node: node.kind == "state" and node.name == name)
    ending = type_.removeprefix("MapIteration")
    if ending == "Started":
        map_.numbered[index] = Node("iteration", name, moment, parent=map_, index=index)
    iteration = map_.numbered[index]
    if ending != "Started":
        iteration.end(ending.upper(), moment)
    return iteration


def _note(node: Node, type_: str, details: Mapping[str, Any]) -> None:
    """What an event says about the work of its state."""
    if type_.endswith(_ATTEMPTS):
        node.attempts += 1
        node.failing, node.numbered = False, {}
        node.total = details.get("length", node.total)
    elif type_.endswith(_FAILURES):
        node.failing = True
        node.error, node.cause = details.get("error", node.error), details.get("cause", node.cause)


def _blame(node: Node, ending: str, error: str | None, cause: str | None) -> None:
    """Let the state in which an execution failed, and all around it, have failed."""
    if ending == "Failed" and node.kind == "state" and node.error is None:
        node.error, node.cause = error, cause
    while node.parent is not None:
        node.failing = True
        node = node.parent


def _upwards(node: Node, accepts: Callable[[Node], bool]) -> Node:
    """The nearest node, from this one outwards, that is accepted; the execution itself if none is."""
    while node.parent is not None and not accepts(node):
        node = node.parent
    return node
