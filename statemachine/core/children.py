"""Map and Parallel: begin children, count their ends, collect their outputs, abort the others if one fails.

Must not know how a state continues: a parent whose children are done is put back into `ready`. Event names and
predecessors as recorded.
"""

from __future__ import annotations

import copy
from typing import Any

from statemachine.core.compile import State
from statemachine.core.context import item_view
from statemachine.core.model import Children, Fork, Scope
from statemachine.core.payload import Payload
from statemachine.core.scope_path import child_path, parent_path
from statemachine.core.states.map import Map
from statemachine.core.states.parallel import Parallel
from statemachine.core.step_builder import StepBuilder
from statemachine.core.waits import ChildrenWait
from statemachine.errors import StateError


def fork(step: StepBuilder, scope: Scope, state: State, decision: Fork) -> None:
    """Begin the first children of a Map or Parallel. If it has no children, its work is done at once."""
    details = {"length": decision.total} if state.type == "Map" else None
    step.note_next(f"{state.type}StateStarted", scope, details)
    if decision.items is not None:
        step.count(scope, "items", decision.total)
    children = Children(decision.total, decision.limit)
    children.input = step.payload(decision.input, scope.input)
    if decision.items is not None:
        children.items = step.payload(decision.items, scope.input)
    scope.children = children
    step.wait_for(scope, ChildrenWait(scope.attempt))
    if isinstance(state.body, Parallel) and state.body.dependencies:
        _begin_independent(step, scope, state, state.body)
        return
    for _ in range(min(decision.limit, decision.total)):
        if not _begin_next(step, scope, state, scope.last_event):
            return
    if not decision.total:
        _join(step, scope, state)


def child_succeeded(step: StepBuilder, child: Scope) -> None:
    """A branch or iteration has succeeded; `child.output` is set."""
    parent = step.edit(parent_path(child.path))
    state = step.state(parent)
    children = parent.children = copy.copy(parent.children)
    assert children is not None
    children.done += 1
    if state.type == "Map":
        details = {"name": parent.state, "index": child.index}
        parent.last_event = step.note("MapIterationSucceeded", child, child.last_event, details)
    else:
        parent.last_event = max(parent.last_event, child.last_event)
    _begin_dependents(step, parent, state, child)
    if children.begun < children.total:
        _begin_next(step, parent, state, child.last_event)
    elif children.done == children.total:
        _join(step, parent, state)


def child_failed(step: StepBuilder, child: Scope, failure: StateError) -> None:
    """A branch or iteration has failed for good: abort its siblings, and fail its parent with the same error.

    MapIterationFailed comes first. A Task that failed is aborted too (recorded).
    """
    parent = step.edit(parent_path(child.path))
    state = step.state(parent)
    failed_at = child.last_event
    step.fail(child)
    if state.type == "Map":
        details = {"name": parent.state, "index": child.index}
        step.note("MapIterationFailed", child, failed_at, details)
    if step.state(child).type == "Task":
        step.note("TaskStateAborted", child, failed_at)
    parent.last_event = failed_at
    _give_up(step, parent, state, failure)


def drop_children(step: StepBuilder, scope: Scope) -> None:
    """Remove all children of the scope, and their numbers."""
    if scope.children is None:
        return
    for path in step.children_of(scope.path, scope.children.begun):
        child = step.read(path)
        if child is not None:
            drop_children(step, step.edit(path))
            step.remove(path)
    scope.children = None


def _begin_next(step: StepBuilder, parent: Scope, state: State, previous: int) -> bool:
    """Begin the next child; its first event follows the event `previous`. False if the parent failed: the child's input
    could not be made."""
    children = parent.children = copy.copy(parent.children)
    assert children is not None
    try:
        _begin(step, parent, state, children.begun, previous)
    except StateError as failure:
        _give_up(step, parent, state, failure)
        return False
    children.begun += 1
    return True


def _begin_independent(step: StepBuilder, parent: Scope, state: State, body: Parallel) -> None:
    """Begin the branches of a Parallel with DependsOn that depend on no other branch.

    All branches count as begun from now on, because they do not begin in the order of their numbers. A held branch has
    no scope yet. Nothing is stored for it; it begins when its dependencies have ended.
    """
    assert parent.children is not None
    parent.children.begun = parent.children.total
    for index, dependencies in enumerate(body.dependencies):
        if not dependencies:
            _begin(step, parent, state, index, parent.last_event)


def _begin_dependents(step: StepBuilder, parent: Scope, state: State, child: Scope) -> None:
    """Begin the branches that were held until this child ended, if their other dependencies have ended too."""
    body = state.body
    if not isinstance(body, Parallel) or not body.dependencies:
        return
    for index in body.dependents[child.index]:
        outputs = [_branch_output(step, parent, number) for number in body.dependencies[index] or ()]
        if all(output is not None for output in outputs):
            _begin(step, parent, state, index, child.last_event)


def _begin(step: StepBuilder, parent: Scope, state: State, index: int, previous: int) -> None:
    """Begin one child; its first event follows the event `previous`. Raises StateError if its input cannot be made."""
    child_input = _child_input(step, parent, state, index)
    body = state.body
    assert isinstance(body, Map | Parallel)
    # A Map or Parallel that is retried or entered again begins children on the same paths. Their attempts must differ
    # from those of the earlier children, else a late answer to one of those would be accepted. The number of events
    # only grows.
    entries = step.execution.events
    path = child_path(parent.path, index)
    child = Scope(path, body.first_state(index), child_input, entries=entries, last_event=previous)
    step.add(child)
    if state.type == "Map":
        step.note_next("MapIterationStarted", child, {"name": parent.state, "index": index})
    step.ready.append((child.path, "enter", None))


def _child_input(step: StepBuilder, parent: Scope, state: State, index: int) -> Payload:
    children = parent.children
    assert children is not None
    assert children.input is not None
    body = state.body
    if isinstance(body, Parallel):
        return _branch_input(step, parent, body, index, children.input)
    assert isinstance(body, Map)
    assert children.items is not None
    value = children.items.value[index]
    if body.selector is not None:
        value = body.selector(item_view(step, parent, index, value, children.input.value))
    return step.payload(value, parent.input, children.input)


def _branch_input(step: StepBuilder, parent: Scope, body: Parallel, index: int, given: Payload) -> Payload:
    """The Parallel's effective input. A branch with DependsOn gets it together with the outputs of its dependencies."""
    dependencies = body.dependencies[index] if body.dependencies else None
    if dependencies is None:
        return given
    outputs: dict[str, Any] = {}
    for number in dependencies:
        output = _branch_output(step, parent, number)
        assert output is not None
        outputs[body.starts[number]] = output.value
    return Payload({"input": given.value, "outputs": outputs})


def _branch_output(step: StepBuilder, parent: Scope, number: int) -> Payload | None:
    """The output of a branch, None if it has not succeeded."""
    branch = step.read(child_path(parent.path, number))
    return None if branch is None else branch.output


def _give_up(step: StepBuilder, parent: Scope, state: State, failure: StateError) -> None:
    """Abort all children that still run and let the parent fail. Its latest event is the one that failed."""
    _abort_children(step, parent, state, parent.last_event)
    step.answered(parent)
    step.ready.append((parent.path, "fail", failure))


def _join(step: StepBuilder, parent: Scope, state: State) -> None:
    """All children have succeeded: resume the parent with their outputs, in the order of their numbers."""
    assert parent.children is not None
    outputs: list[Any] = []
    for path in step.children_of(parent.path, parent.children.begun):
        child = step.read(path)
        assert child is not None
        assert child.output is not None
        outputs.append(child.output.value)
    step.note(f"{state.type}StateSucceeded", parent, parent.last_event)
    drop_children(step, parent)
    step.answered(parent)
    # First in `ready`: no other event may come between the success and the exit of the state.
    step.ready.appendleft((parent.path, "resume", outputs))


def _abort_children(step: StepBuilder, parent: Scope, state: State, failed_at: int) -> None:
    """Note the end of every child that still runs, inner ones first, and cancel its wait.

    Each of these events follows `failed_at`, the event that failed. Ours: their order, by the numbers of the children.
    """
    assert parent.children is not None
    for path in step.children_of(parent.path, parent.children.begun):
        known = step.read(path)
        if known is None or known.output is not None or known.failed:
            continue
        child = step.edit(path)
        inner = step.state(child)
        if child.children is not None:
            _abort_children(step, child, inner, failed_at)
        if child.entered_event and inner.aborted is not None:
            step.note(inner.aborted, child, failed_at)
        if state.type == "Map":
            step.note("MapIterationAborted", child, failed_at, {"name": parent.state, "index": child.index})
        step.cancel_wait(child)
        step.fail(child)
