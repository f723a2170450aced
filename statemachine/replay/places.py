"""Finds the node of a tree that an event belongs to.

The scope path of an event leads to the node. An event in AWS's shape has no scope: its node follows from the event
before (`previousEventId`) and from names, which are unique within a definition. Must not know what an event changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Protocol

from statemachine.core.event_types import MEANINGS, Meaning
from statemachine.replay.events import RecordedEvent
from statemachine.replay.node import Node


class Places(Protocol):
    """Finds nodes. `previous` is the node of the event before."""

    def line(self, event: RecordedEvent, previous: Node) -> Node:
        """The line of control on which a state is entered. A branch is added when its first state is entered."""

    def state(self, event: RecordedEvent, meaning: Meaning, previous: Node) -> Node:
        """The state that an event is about."""

    def map(self, event: RecordedEvent, previous: Node) -> Node:
        """The Map state of an iteration."""


class ByScope:
    """Finds nodes by the scope path: a line of control is in one state at a time, the one that it entered last."""

    def __init__(self, root: Node) -> None:
        self._root = root

    def line(self, event: RecordedEvent, previous: Node) -> Node:
        """See Places."""
        scope = _scope_of(event)
        if not scope:
            return self._root
        outer, _, number = scope.rpartition("/")
        fork, index = self._state_at(outer), int(number)
        return fork.numbered.get(index) or fork.add_numbered("branch", index, event.time)

    def state(self, event: RecordedEvent, meaning: Meaning, previous: Node) -> Node:
        """See Places."""
        return self._state_at(_scope_of(event))

    def map(self, event: RecordedEvent, previous: Node) -> Node:
        """See Places."""
        return self._state_at(_scope_of(event).rpartition("/")[0])

    def _state_at(self, scope: str) -> Node:
        """The state that a line of control entered last."""
        line = self._root
        for number in scope.split("/")[1:]:
            line = line.latest.numbered[int(number)]
        return line.latest


class ByPredecessor:
    """Finds nodes by the event before.

    No event has the number of a branch. `branches` says in which branch of which Parallel a state is, by the state's
    name. For a state that is not in it, branches are numbered as they begin, and a branch that waited for others
    (DependsOn) is taken for a part of the branch that it follows.
    """

    def __init__(self, branches: Mapping[str, tuple[str, int]]) -> None:
        self._branches = branches
        self._failed_tasks: set[Node] = set()

    def line(self, event: RecordedEvent, previous: Node) -> Node:
        """See Places."""
        fork, index = self._branches.get(event.details["name"], ("", 0))
        for node in previous.outwards():
            if node.name == fork and node.type == "Parallel" and node.ended is None:
                return node.numbered.get(index) or node.add_numbered("branch", index, event.time)
        if previous.kind != "state":
            return previous
        if previous.type == "Parallel" and previous.ended is None:
            return previous.add_numbered("branch", len(previous.numbered), event.time)
        assert previous.parent is not None
        return previous.parent

    def state(self, event: RecordedEvent, meaning: Meaning, previous: Node) -> Node:
        """See Places."""
        if meaning.what == "exited":
            return _around(previous, name=event.details["name"])
        if meaning.what == "aborted":
            return self._aborted(meaning.state_type, previous)
        if meaning.subject in ("state", "children"):
            return _running_around(previous, meaning.state_type)
        if meaning.subject == "evaluation":
            return self._evaluating(event, previous)
        return previous

    def map(self, event: RecordedEvent, previous: Node) -> Node:
        """See Places."""
        name = event.details["name"]
        if MEANINGS[event.type].what == "aborted":
            around = (node for node in previous.outwards() if _runs(node))
            return next((node for node in chain(around, _running_near(previous)) if node.name == name), previous)
        return _around(previous, name=name)

    def _aborted(self, type: str, previous: Node) -> Node:
        """The state that is aborted because of the event before.

        The failed task itself comes first, then what runs beside it, in the order of branches and iterations.
        """
        if previous.type == type == "Task" and previous not in self._failed_tasks:
            self._failed_tasks.add(previous)
            return previous
        return next((node for node in _running_near(previous) if node.type == type), previous)

    def _evaluating(self, event: RecordedEvent, previous: Node) -> Node:
        """The state whose expression failed.

        EvaluationFailed follows the event before the state was entered (recorded). So the state is on the line of
        control of that event, or is the first state of a branch below it.
        """
        line = previous.parent if previous.kind == "state" and previous.parent is not None else previous
        name = event.details.get("state")
        return next((node for node in line.subtree() if _runs(node) and node.name == name), previous)


def _scope_of(event: RecordedEvent) -> str:
    assert event.scope is not None
    return event.scope


def _around(node: Node, name: str) -> Node:
    """The nearest state of that name, from this node outwards; the root if no such node exists."""
    around = list(node.outwards())
    return next((other for other in around if other.kind == "state" and other.name == name), around[-1])


def _running_around(node: Node, type: str) -> Node:
    """The nearest state of that type that still runs, from this node outwards; the root if no such node exists."""
    around = list(node.outwards())
    return next((other for other in around if _runs(other) and other.type == type), around[-1])


def _running_near(node: Node) -> Iterator[Node]:
    """The states that still run below a node, then those below the nodes around it, from the inside out."""
    for around in node.outwards():
        yield from _running_below(around)


def _running_below(node: Node) -> Iterator[Node]:
    """The states below a node that still run, from the inside out."""
    for child in node.children:
        if child.ended is None:
            yield from _running_below(child)
            if child.kind == "state":
                yield child


def _runs(node: Node) -> bool:
    return node.kind == "state" and node.ended is None
