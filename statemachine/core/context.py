"""The context object (`$$`, `$states.context`) and the view of one state.

Sources: recorded context objects (the order of their members too) and the developer guide.
"""

from __future__ import annotations

from typing import Any

from statemachine.core.ids import machine_of
from statemachine.core.model import Execution, Scope
from statemachine.core.scope_path import index_of, parent_path
from statemachine.core.states.task import Task
from statemachine.core.step_builder import StepBuilder
from statemachine.core.token import make_task_token
from statemachine.query.view import Chance, View
from statemachine.times.timestamps import iso_time


def view_of(step: StepBuilder, scope: Scope, purpose: str = "") -> View:
    """The view for expressions of the scope's current state; `$` is the raw input. Each `purpose` within one attempt
    draws its chance from a source of its own."""
    assert scope.input is not None
    return View(
        scope.input.value,
        variables=step.variables(scope),
        context=lambda: context_object(step, scope),
        now=step.now,
        chance=Chance(step.execution.seed, scope.path, "#", scope.entries, ".", scope.retries, purpose),
        evaluate=step.context.evaluate,
        work=step.context.work,
    )


def item_view(step: StepBuilder, scope: Scope, index: int, value: Any, input: Any) -> View:
    """The view for a Map's ItemSelector and one item; `$` is the Map's effective input."""
    view = view_of(step, scope, f"/item/{index}").at(input)
    view.context["Map"] = {"Item": {"Index": index, "Value": value}}
    return view


def task_token(execution: Execution, scope: Scope) -> str:
    """The token of the scope's current attempt."""
    return make_task_token(execution.id, execution.seed, scope.path, scope.attempt)


def context_object(step: StepBuilder, scope: Scope) -> dict[str, Any]:
    """The context object of the scope's current state."""
    execution = step.execution
    state = step.state(scope)
    about: dict[str, Any] = {
        "Id": execution.arn,
        "Input": execution.input.value,
        "StartTime": iso_time(execution.started),
        "Name": execution.name,
        "RoleArn": execution.role_arn,
    }
    if execution.type == "STANDARD":
        about["RedriveCount"] = execution.redrives
    entered: dict[str, Any] = {"Name": scope.state, "EnteredTime": iso_time(scope.entered_at)}
    if state.can_retry:
        entered["RetryCount"] = scope.retries
    context: dict[str, Any] = {
        "Execution": about,
        "StateMachine": {"Id": execution.machine_arn, "Name": machine_of(execution.id)},
        "State": entered,
    }
    item = _item(step, scope)
    if item is not None:
        context["Map"] = {"Item": item}
    if isinstance(state.body, Task) and state.body.resource.pattern == ".waitForTaskToken":
        context["Task"] = {"Token": task_token(execution, scope)}
    return context


def _item(step: StepBuilder, scope: Scope) -> dict[str, Any] | None:
    """Map.Item of the innermost iteration that the scope is in, None outside of any."""
    path = scope.path
    while path:
        parent = step.read(parent_path(path))
        if parent is not None and parent.children is not None and parent.children.items is not None:
            index = index_of(path)
            return {"Index": index, "Value": parent.children.items.value[index]}
        path = parent_path(path)
    return None
