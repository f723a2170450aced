"""What happens around every state: note that it is entered, process its input, let it decide, process its output, note
that it is exited, go to the next one. After a failure: Retry, else Catch, else the scope fails.

A state's own module holds only what differs from other states. This module knows no particular state type.
"""

from __future__ import annotations

from typing import Any

from statemachine.core.children import child_failed, child_succeeded, drop_children, fork
from statemachine.core.compile import State
from statemachine.core.context import view_of
from statemachine.core.limits import PAYLOAD_BYTES_MAX, STEP_WORK_MAX, VARIABLE_BYTES_MAX, VARIABLES_BYTES_MAX
from statemachine.core.model import Call, Decision, Exit, Fork, Scope, Sleep
from statemachine.core.payload import Payload
from statemachine.core.retry import matches
from statemachine.core.step_builder import StepBuilder
from statemachine.core.tasks import TimedOut, schedule
from statemachine.core.waits import RetryWait, TimerWait, TurnWait
from statemachine.errors import QueryEvaluationError, StateError, bounded_cause
from statemachine.json_text import is_deeper_than
from statemachine.query.language import Produced
from statemachine.query.size import DEPTH_MAX, too_large
from statemachine.query.work import EACH_CHARACTER, LONG, Unfinished


def run(step: StepBuilder) -> None:
    """Do what is in `ready` until it is empty, the step is long enough, or the execution has ended.

    A step is long enough if it has entered as many states as it may, or if its expressions have worked enough.

    Raises HistoryExhausted if the history is full. Raises Unfinished if an evaluation has no answer yet; its `entered`
    says how many states were entered before.
    """
    entered = 0
    work = step.context.work
    while step.ready and step.execution.status == "RUNNING":
        path, action, argument = step.ready.popleft()
        scope = step.edit_or_none(path)
        if scope is None or scope.failed or scope.output is not None:
            continue
        if action == "enter":
            if entered == step.context.transitions_max or work.spent > STEP_WORK_MAX:
                step.wait_for(scope, TurnWait(scope.attempt))
                continue
            try:
                _enter(step, scope)
            except Unfinished as unfinished:
                unfinished.entered = entered
                raise
            entered += 1
        elif action == "resume":
            _resume(step, scope, argument)
        else:
            _fail(step, scope, step.state(scope), argument)


def end(
    step: StepBuilder, status: str, error: str | None = None, cause: str | None = None, output: Payload | None = None
) -> None:
    """End the execution: note the end, with a cause of bounded length, and cancel all waits."""
    cause = None if cause is None else bounded_cause(cause)
    execution = step.execution
    root = step.edit("")
    details: dict[str, Any] = {}
    if output is not None:
        details["output"] = output
    if error is not None:
        details["error"] = error
    if cause is not None:
        details["cause"] = cause
    type_ = {"SUCCEEDED": "Succeeded", "FAILED": "Failed", "TIMED_OUT": "TimedOut", "ABORTED": "Aborted"}[status]
    # Recorded: the previous event of a time-out or a stop is 0.
    previous = root.last_event if status in ("SUCCEEDED", "FAILED") else 0
    root.last_event = step.note(f"Execution{type_}", root, previous, details)
    execution.status, execution.stopped = status, step.stamp
    execution.output, execution.error, execution.cause = output, error, cause
    for path in step.paths():
        known = step.read(path)
        if known is not None and known.waiting is not None:
            step.cancel_wait(step.edit(path))


def _enter(step: StepBuilder, scope: Scope) -> None:
    state = step.state(scope)
    if not scope.entered_event:
        scope.entered_after = scope.last_event
        scope.entered_at = step.stamp
        step.note_next(state.entered, scope, {"name": state.name, "input": scope.input})
        scope.entered_event = scope.last_event
    try:
        view = view_of(step, scope)
        view.input = state.flow.select(view)
        _follow(step, scope, state, state.body.enter(view))
    except StateError as failure:
        _fail(step, scope, state, failure)


def _resume(step: StepBuilder, scope: Scope, result: Payload | list[Any] | None) -> None:
    """Go on after a wait. `result` is the result of a task, the outputs of the children, or None after a timer."""
    state = step.state(scope)
    payload = result if isinstance(result, Payload) else None
    try:
        view = view_of(step, scope)
        if payload is not None:
            view.result = payload.value
        elif result is not None:
            view.result = result
        _follow(step, scope, state, state.body.resume(view), payload)
    except StateError as failure:
        _fail(step, scope, state, failure)


def _follow(step: StepBuilder, scope: Scope, state: State, decision: Decision, result: Payload | None = None) -> None:
    if isinstance(decision, Exit):
        view = view_of(step, scope, "/after")
        view.result = decision.result
        produced = (decision.flow or state.flow).after(view)
        _leave(step, scope, produced, decision.next, result)
    elif isinstance(decision, Sleep):
        step.wait_for(scope, TimerWait(scope.attempt, decision.until, decision.absolute))
    elif isinstance(decision, Call):
        schedule(step, scope, state, decision)
    else:
        assert isinstance(decision, Fork)
        fork(step, scope, state, decision)


def _leave(
    step: StepBuilder, scope: Scope, produced: Produced, next_: str | None, result: Payload | None = None
) -> None:
    """Note that the state is exited, then go to the next one or end the scope."""
    state = step.state(scope)
    output = step.payload(produced.output, scope.input, result)
    _check_size(step, output, state.name)
    details: dict[str, Any] = {"name": state.name, "output": output}
    if produced.assigned:
        details["assignedVariables"] = _assign(step, scope, produced.assigned)
    step.note_next(state.exited, scope, details)
    scope.waiting = None
    scope.attempts = {}
    scope.retries = 0
    scope.entered_event = 0
    if next_ is not None:
        scope.state, scope.input = next_, output
        scope.entries += 1
        step.ready.append((scope.path, "enter", None))
        return
    scope.output = output
    if scope.path:
        child_succeeded(step, scope)
    else:
        end(step, "SUCCEEDED", output=output)


def _assign(step: StepBuilder, scope: Scope, assigned: dict[str, Any]) -> dict[str, Payload]:
    """Set the variables of the scope, and give them as the history shows them. Raises StateError if they are too
    large."""
    values = {name: Payload(value) for name, value in assigned.items()}
    size = sum(value.size for value in values.values())
    step.context.work.charge(EACH_CHARACTER * size)
    replaced = sum(scope.variables[name].size for name in values if name in scope.variables)
    total = step.execution.variable_bytes + size - replaced
    if size > VARIABLE_BYTES_MAX or total > VARIABLES_BYTES_MAX:
        raise StateError(
            "States.DataLimitExceeded",
            "The variables assigned have a size exceeding the maximum number of bytes service limit.",
            located=True,
        )
    step.execution.variable_bytes = total
    scope.variables = {**scope.variables, **values}
    return values


def _check_size(step: StepBuilder, payload: Payload, name: str) -> None:
    if payload.measured:
        return
    try:
        size = payload.size
    except RecursionError:
        raise too_large() from None
    if size > LONG:
        step.context.work.charge(EACH_CHARACTER * size)
    if size > PAYLOAD_BYTES_MAX:
        raise StateError(
            "States.DataLimitExceeded",
            f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service "
            "limit.",
        )
    if is_deeper_than(payload.text, DEPTH_MAX):
        raise too_large()
    payload.measured = True


def _fail(step: StepBuilder, scope: Scope, state: State, failure: StateError) -> None:
    """The state has failed: retry it, else leave it through a catcher, else fail the scope."""
    started = scope.children is not None
    if isinstance(failure, QueryEvaluationError):
        _note_evaluation_failed(step, scope, state, failure)
        started = True
    failure = _explained(scope, state, failure)
    step.context.work.spent += EACH_CHARACTER * len(failure.cause or "")
    heartbeat = isinstance(failure, TimedOut) and failure.heartbeat
    for number, retrier in enumerate(state.retriers):
        if matches(retrier.errors, failure.error, heartbeat=heartbeat):
            made = scope.attempts.get(str(number), 0)
            if made < retrier.attempts:
                drop_children(step, scope)
                delay = retrier.delay(made + 1, view_of(step, scope, "/retry").chance)
                scope.attempts = {**scope.attempts, str(number): made + 1}
                scope.retries += 1
                step.count(scope, "retries")
                step.wait_for(scope, RetryWait(scope.attempt, step.now + delay))
                return
            break
    if state.failed is not None and started:
        step.note_next(state.failed, scope)
    if not _caught(step, scope, state, failure, heartbeat=heartbeat):
        _fail_scope(step, scope, failure)


def _caught(step: StepBuilder, scope: Scope, state: State, failure: StateError, *, heartbeat: bool) -> bool:
    """Leave the state through its first catcher that matches. False if none matches."""
    for catcher in state.catchers:
        if matches(catcher.errors, failure.error, heartbeat=heartbeat):
            # Recorded: a time-out has no cause in events, but the empty string for a catcher.
            cause = "" if isinstance(failure, TimedOut) else failure.cause
            view = view_of(step, scope, "/caught")
            view.error = {"Error": failure.error, "Cause": cause}
            try:
                produced = catcher.flow.after(view)
                drop_children(step, scope)
                _leave(step, scope, produced, catcher.next)
            except StateError as second:
                _fail_uncaught(step, scope, state, second)
            return True
    return False


def _fail_uncaught(step: StepBuilder, scope: Scope, state: State, failure: StateError) -> None:
    """A catcher itself failed: no retrier or catcher of this state applies to that."""
    if isinstance(failure, QueryEvaluationError):
        _note_evaluation_failed(step, scope, state, failure)
    _fail_scope(step, scope, _explained(scope, state, failure))


def _fail_scope(step: StepBuilder, scope: Scope, failure: StateError) -> None:
    step.cancel_wait(scope)
    if scope.path:
        child_failed(step, scope, failure)
    else:
        end(step, "FAILED", failure.error, failure.cause)


def _note_evaluation_failed(step: StepBuilder, scope: Scope, state: State, failure: QueryEvaluationError) -> None:
    details = {"error": failure.error, "cause": _located(scope, state, failure), "state": state.name}
    if failure.location is not None:
        details["location"] = failure.location
    # Recorded: it follows the event before …StateEntered; only for a bad Timestamp of a Wait it follows …StateEntered.
    previous = scope.entered_event if failure.location == "Timestamp" else scope.entered_after
    scope.last_event = step.note("EvaluationFailed", scope, previous, details)


def _explained(scope: Scope, state: State, failure: StateError) -> StateError:
    """The failure, with AWS's prefix to its cause if the interpreter itself found it. Parents fail with it as it is."""
    if not failure.located:
        return failure
    return StateError(failure.error, _located(scope, state, failure))


def _located(scope: Scope, state: State, failure: StateError) -> str:
    return bounded_cause(
        f"An error occurred while executing the state '{state.name}' (entered at the event id #{scope.entered_event}). "
        f"{failure.cause or ''}"
    )
