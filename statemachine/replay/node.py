"""The nodes of a tree of states, and how they end. Must not know events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

RUNNING, SUCCEEDED, CAUGHT, FAILED, ABORTED = "RUNNING", "SUCCEEDED", "CAUGHT", "FAILED", "ABORTED"
"""The statuses of nodes; the execution may also be TIMED_OUT. A state is CAUGHT if it failed and a catcher matched."""


@dataclass(slots=True, eq=False)
class Node:
    """An execution, state, branch or iteration; `kind` says which. All but a state are lines of control.

    No event tells the end of a branch. It has ended if all its states have ended, until it enters another one.

    `type` is a state's type. `index` numbers branches and iterations. `started` and `ended` are in epoch seconds.
    `total` is the number of a Map's items. `attempts` counts the attempts of a state. `failing` is true from the
    failure of an attempt until the next attempt begins. `error` and `cause` are those of the last failure, also after
    a later success. `output_event` is the id of the event that has the output of the last attempt. `failed_by` is the
    state whose failure made this node fail. `running` is the number of a branch's states that have not ended.
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
    output_event: int | None = None
    failed_by: Node | None = None
    total: int | None = None
    running: int = 0
    numbered: dict[int, Node] = field(default_factory=dict)

    @property
    def children(self) -> list[Node]:
        """The states of a line of control, or the branches or iterations of a state, as they began."""
        return list(self.numbered.values())

    @property
    def latest(self) -> Node:
        """The child that began last. There must be one."""
        return next(reversed(self.numbered.values()))

    def subtree(self) -> Iterator[Node]:
        """This node and all nodes below it, from the outside in."""
        yield self
        for child in self.children:
            yield from child.subtree()

    def outwards(self) -> Iterator[Node]:
        """This node and all nodes around it, from the inside out."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent

    def add_state(self, name: str, type: str, time: float) -> Node:
        """A line of control enters a state."""
        if self.kind == "branch":
            self.running += 1
            self.status, self.ended = RUNNING, None
        return self._add(len(self.numbered), Node("state", name, time, self, type))

    def add_numbered(self, kind: str, index: int, time: float) -> Node:
        """A Parallel begins a branch, or a Map an iteration."""
        return self._add(index, Node(kind, self.name, time, self, index=index))

    def begin_attempt(self, total: int | None) -> None:
        """A state begins an attempt. The children of an earlier attempt are dropped."""
        self.attempts += 1
        self.failing, self.failed_by, self.output_event = False, None, None
        self.numbered = {}
        if total is not None:
            self.total = total

    def end(self, status: str, time: float) -> None:
        """The node ends, and with it every node below it that still runs. A branch ends with its last state."""
        was_running = self.ended is None
        self.status, self.ended = status, time
        for child in self.children:
            if child.ended is None:
                child.end(FAILED if child.failing or child.type == "Fail" else ABORTED, time)
        if self.parent is not None and self.parent.kind == "branch":
            self.parent.running -= was_running
            self.parent._end_as_branch(status, time)

    def _end_as_branch(self, status: str, time: float) -> None:
        """End this branch if its last state has ended; `status` is that of the state."""
        if self.running:
            return
        self.status, self.ended = SUCCEEDED, time
        if status in (FAILED, ABORTED):  # other states of the branch may have ended at the same time
            found = {state.status for state in self.children}
            self.status = FAILED if FAILED in found else ABORTED

    def _add(self, number: int, node: Node) -> Node:
        self.numbered[number] = node
        return node
