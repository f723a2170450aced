"""Map and Parallel: begin children, count their ends, gather their outputs, abort the rest when one fails.

Knows scopes and events, not what a state does: a parent whose children are done is put back into the walk's queue.
Event names and predecessors as recorded.
"""

from __future__ import annotations

import copy
from typing import Any

from statemachine.core.compile import State
from statemachine.core.context import item_view
from statemachine.core.model import Children, Fork, Scope, Waiting
from statemachine.core.payload import Payload
from statemachine.core.scope_path import child_path, parent_path
from statemachine.core.states.map import Map
from statemachine.core.states.parallel import Parallel
from statemachine.core.walk import Walk
from statemachine.errors import StateError


def fork(walk: Walk, scope: Scope, state: State, outcome: Fork) -> None:
    """Begin the first children of a Map or Parallel, or go on at once where there are none."""
    details = {"length": outcome.total} if state.type == "Map" else None
    walk.note_next(f"{state.type}StateStarted", scope, details)
    if outcome.items is not None:
        walk.count(scope, "items", outcome.total)
    children = Children(outcome.total, outcome.limit)
    children.input = walk.payload(outcome.input, scope.input)
    if outcome.items is not None:
        children.items = walk.payload(outcome.items, scope.input)
    scope.children = children
    walk.await_(scope, Waiting("children", scope.attempt))
    if isinstance(state.body, Parallel) and state.body.dependencies:
        _begin_independent(walk, scope, state, state.body)
        return
    for _ in range(min(outcome.limit, outcome.total)):
        if not _begin_next(walk, scope, state, scope.last_event):
            return
    if not outcome.total:
        _join(walk, scope, state)


def child_succeeded(walk: Walk, child: Scope) -> None:
    """A branch or iteration has ended well, with its output in place."""
    parent = walk.known(parent_path(child.path))
    state = walk.state(parent)
    children = parent.children = copy.copy(parent.children)
    assert children is not None
    children.done += 1
    if state.type == "Map":
        details = {"name": parent.state, "index": child.index}
        parent.last_event = walk.note("MapIterationSucceeded", child, child.last_event, details)
    else:
        parent.last_event = max(parent.last_event, child.last_event)
    _begin_dependents(walk, parent, state, child)
    if children.begun < children.total:
        _begin_next(walk, parent, state, child.last_event)
    elif children.done == children.total:
        _join(walk, parent, state)


def child_failed(walk: Walk, child: Scope, failure: StateError) -> None:
    """A branch or iteration has failed for good: the rest is aborted and the parent fails with the same error."""
    parent = walk.known(parent_path(child.path))
    state = walk.state(parent)
    failed_at = child.last_event
    walk.fail(child)
    if walk.state(child).type == "Task":
        walk.note_next("TaskStateAborted", child)
    if state.type == "Map":
        details = {"name": parent.state, "index": child.index}
        walk.note("MapIterationFailed", child, failed_at, details)
    parent.last_event = failed_at
    _give_up(walk, parent, state, failure)


def drop_children(walk: Walk, scope: Scope) -> None:
    """Remove a fork's children and its bookkeeping."""
    if scope.children is None:
        return
    for path in walk.children_of(scope.path, scope.children.begun):
        child = walk.peek(path)
        if child is not None:
            drop_children(walk, walk.known(path))
            walk.drop(path)
    scope.children = None


def _begin_next(walk: Walk, parent: Scope, state: State, previous: int) -> bool:
    """Begin the next child, for which the event `previous` made room; False if its input cannot be made."""
    children = parent.children = copy.copy(parent.children)
    assert children is not None
    try:
        _begin(walk, parent, state, children.begun, previous)
    except StateError as failure:
        _give_up(walk, parent, state, failure)
        return False
    children.begun += 1
    return True


def _begin_independent(walk: Walk, parent: Scope, state: State, body: Parallel) -> None:
    """Begin the branches that are held for no other. From now on each one counts as begun, because they do not begin
    in the order of their numbers; one that is held has no scope yet, so nothing of the wait is kept but the ends of
    the branches that it is for."""
    assert parent.children is not None
    parent.children.begun = parent.children.total
    for index, dependencies in enumerate(body.dependencies):
        if not dependencies:
            _begin(walk, parent, state, index, parent.last_event)


def _begin_dependents(walk: Walk, parent: Scope, state: State, child: Scope) -> None:
    """Begin the branches that were held for this one and are held for no other any more."""
    body = state.body
    if not isinstance(body, Parallel) or not body.dependencies:
        return
    for index in body.dependents[child.index]:
        outputs = [_branch_output(walk, parent, number) for number in body.dependencies[index] or ()]
        if all(output is not None for output in outputs):
            _begin(walk, parent, state, index, child.last_event)


def _begin(walk: Walk, parent: Scope, state: State, index: int, previous: int) -> None:
    """Begin one child, which follows the event `previous`. Raises StateError where its input cannot be made."""
    child_input = _child_input(walk, parent, state, index)
    body = state.body
    assert isinstance(body, Map | Parallel)
    # A fork that is retried or entered again begins children on the same paths: their attempts must not be those of
    # the earlier children, else a late answer to one of these would be taken for theirs. Events only grow.
    entries = walk.execution.events
    path = child_path(parent.path, index)
    child = Scope(path, body.first_state(index), child_input, entries=entries, last_event=previous)
    walk.begin(child)
    if state.type == "Map":
        walk.note_next("MapIterationStarted", child, {"name": parent.state, "index": index})
    walk.ready.append((child.path, "enter", None))


def _child_input(walk: Walk, parent: Scope, state: State, index: int) -> Payload:
    children = parent.children
    assert children is not None
    assert children.input is not None
    body = state.body
    if isinstance(body, Parallel):
        return _branch_input(walk, parent, body, index, children.input)
    assert isinstance(body, Map)
    assert children.items is not None
    value = children.items.value[index]
    if body.selector is not None:
        value = body.selector(item_view(walk, parent, index, value, children.input.value))
    return walk.payload(value, parent.input, children.input)


def _branch_input(walk: Walk, parent: Scope, body: Parallel, index: int, given: Payload) -> Payload:
    """The Parallel's input; with DependsOn, beside the outputs of the branches that it was held for."""
    dependencies = body.dependencies[index] if body.dependencies else None
    if dependencies is None:
        return given
    outputs: dict[str, Any] = {}
    for number in dependencies:
        output = _branch_output(walk, parent, number)
        assert output is not None
        outputs[body.starts[number]] = output.value
    return Payload({"input": given.value, "outputs": outputs})


def _branch_output(walk: Walk, parent: Scope, number: int) -> Payload | None:
    """The output of a branch that has ended well, else None."""
    branch = walk.peek(child_path(parent.path, number))
    return None if branch is None else branch.output


def _give_up(walk: Walk, parent: Scope, state: State, failure: StateError) -> None:
    """Abort what still runs and let the parent fail."""
    _abort_children(walk, parent, state)
    walk.settle(parent)
    walk.ready.append((parent.path, "fail", failure))


def _join(walk: Walk, parent: Scope, state: State) -> None:
    """All children have ended well: their outputs, in order, are what the work gave."""
    assert parent.children is not None
    outputs: list[Any] = []
    for path in walk.children_of(parent.path, parent.children.begun):
        child = walk.peek(path)
        assert child is not None
        assert child.output is not None
        outputs.append(child.output.value)
    walk.note(f"{state.type}StateSucceeded", parent, parent.last_event)
    drop_children(walk, parent)
    walk.settle(parent)
    # Before all else that is ready: nothing may come between the success and what follows from it.
    walk.ready.appendleft((parent.path, "resume", outputs))


def _abort_children(walk: Walk, parent: Scope, state: State) -> None:
    """Note the end of every child that still runs, inner ones first, and forget what it waits for."""
    assert parent.children is not None
    for path in walk.children_of(parent.path, parent.children.begun):
        known = walk.peek(path)
        if known is None or known.output is not None or known.failed:
            continue
        child = walk.known(path)
        inner = walk.state(child)
        if child.children is not None:
            _abort_children(walk, child, inner)
        if child.entered_event and inner.aborted is not None:
            walk.note_next(inner.aborted, child)
        if state.type == "Map":
            walk.note_next("MapIterationAborted", child, {"name": parent.state, "index": child.index})
        walk.forget(child)
        walk.fail(child)
