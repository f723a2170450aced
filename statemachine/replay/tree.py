"""The tree of an execution's states, built from its history event by event: the one reader of whole histories.

A Map or Parallel that is tried again keeps the children of its last attempt. The tree holds no payload, so that a long
history does not fill the memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from statemachine.core.event_types import MEANINGS, Meaning
from statemachine.replay.events import RecordedEvent
from statemachine.replay.node import ABORTED, CAUGHT, FAILED, RUNNING, SUCCEEDED, Node
from statemachine.replay.places import ByPredecessor, ByScope, Places

_FAILURES = ("failed", "timed_out")
_STATUSES = {"succeeded": SUCCEEDED, "failed": FAILED, "aborted": ABORTED, "timed_out": "TIMED_OUT"}


class Tree:
    """The tree of one execution, as far as its events were added in the order of their ids.

    `branches` are the places of states in branches (`fates.branches`), for events in AWS's shape.
    """

    def __init__(self, name: str, branches: Mapping[str, tuple[str, int]] = MappingProxyType({})) -> None:
        self.root = Node("execution", name, 0.0)
        self._nodes: dict[int, Node] = {0: self.root}
        self._exact: Places = ByScope(self.root)
        self._inferred: Places = ByPredecessor(branches)

    @property
    def failed_state(self) -> Node | None:
        """The innermost state whose failure made the execution fail. None if no state did."""
        node = self.root
        while node.failed_by is not None:
            node = node.failed_by
        return None if node is self.root else node

    def node_of(self, event: int) -> Node:
        """The node that the event with this id belongs to. Id 0 stands for the execution."""
        return self._nodes[event]

    def add(self, event: RecordedEvent) -> Node:
        """Add the next event, and return the node that it belongs to. An event of an unknown type changes no node."""
        node = previous = self._nodes[event.previous]
        meaning = MEANINGS.get(event.type)
        if meaning is not None:
            places = self._inferred if event.scope is None else self._exact
            node = self._apply(event, meaning, places, previous)
        self._nodes[event.id] = node
        return node

    def _apply(self, event: RecordedEvent, meaning: Meaning, places: Places, previous: Node) -> Node:
        """Find or add the node that an event belongs to, and change it as the event says."""
        if meaning.subject == "execution":
            self._change_execution(event, meaning, previous)
            return self.root
        if meaning.what == "entered":
            line = places.line(event, previous)
            return line.add_state(event.details["name"], meaning.state_type, event.time)
        if meaning.subject == "iteration":
            return _change_iteration(event, meaning, places.map(event, previous))
        state = places.state(event, meaning, previous)
        _change_state(state, event, meaning, previous)
        return state

    def _change_execution(self, event: RecordedEvent, meaning: Meaning, previous: Node) -> None:
        root = self.root
        if meaning.what == "started":
            root.started = event.time
        elif meaning.what == "redriven":
            root.status, root.ended, root.error, root.cause, root.failed_by = RUNNING, None, None, None, None
        else:
            root.error, root.cause = event.details.get("error"), event.details.get("cause")
            if meaning.what in _FAILURES:
                _blame(previous, meaning, root)
            root.end(_STATUSES[meaning.what], event.time)


def _change_iteration(event: RecordedEvent, meaning: Meaning, map_: Node) -> Node:
    index = event.details["index"]
    if meaning.what == "started":
        return map_.add_numbered("iteration", index, event.time)
    iteration = map_.numbered[index]
    iteration.end(_STATUSES[meaning.what], event.time)
    return iteration


def _change_state(state: Node, event: RecordedEvent, meaning: Meaning, previous: Node) -> None:
    subject, what, _ = meaning
    if what == "exited":
        state.end(CAUGHT if state.failing else SUCCEEDED, event.time)
    elif (subject, what) in (("task", "scheduled"), ("children", "started")):
        state.begin_attempt(event.details.get("length"))
    elif (subject, what) == ("task", "succeeded"):
        state.output_event = event.id
    elif (subject, what) == ("children", "failed"):
        state.failing = True
        state.failed_by = previous if previous.kind == "state" and previous is not state else None
        state.end(FAILED, event.time)
    elif what in _FAILURES:
        state.failing = True
        state.error, state.cause = event.details.get("error"), event.details.get("cause")
    elif (subject, what) == ("state", "aborted") and state.ended is None:
        state.end(FAILED if state.failing else ABORTED, event.time)


def _blame(node: Node, meaning: Meaning, root: Node) -> None:
    """Mark the state in which an execution failed, and all nodes around it, as failing."""
    if meaning.what == "failed" and node.kind == "state":
        root.failed_by = node
        if node.error is None:
            node.error, node.cause = root.error, root.cause
    for other in node.outwards():
        if other is not root:
            other.failing = True
