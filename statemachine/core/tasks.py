"""Task states: what is noted when a task is scheduled, taken by a worker, answered, or out of time.

Knows resources by family only, never how a task is done. Event details as recorded.
"""

from __future__ import annotations

from typing import Any

import msgspec

from statemachine.arn import split_arn
from statemachine.core.compile import State
from statemachine.core.events import TaskFailure, TaskHeartbeat, TaskReturned, TaskSuccess, TaskTaken, TimerFired
from statemachine.core.limits import PAYLOAD_BYTES_MAX
from statemachine.core.model import Call, Scope
from statemachine.core.resource import Resource
from statemachine.core.states.task import Task
from statemachine.core.step_builder import StepBuilder
from statemachine.core.waits import TaskWait
from statemachine.errors import RuntimeFailure, StateError

HEARING_SECONDS = 1.0
"""Ours: after an outage of the server, no task times out for so long."""


class TimedOut(StateError):
    """States.Timeout of a task. `heartbeat` says that it missed a heartbeat: States.HeartbeatTimeout matches it too."""

    def __init__(self, *, heartbeat: bool) -> None:
        super().__init__("States.Timeout")
        self.heartbeat = heartbeat


def schedule(step: StepBuilder, scope: Scope, state: State, call: Call) -> None:
    """Note that the task is scheduled, and unless a worker must take it also that it is started, and wait for its
    result.

    Raises StateError if its arguments are too large, or if there is no such activity.
    """
    resource = _resource(state)
    arguments = step.payload(call.arguments, scope.input)
    if arguments.size > PAYLOAD_BYTES_MAX:
        # Ours: the text, made after that for a result (recorded).
        raise StateError(
            "States.DataLimitExceeded",
            f"The state/task '{resource.shown}' was given an input with a size exceeding the maximum number of bytes "
            "service limit.",
        )
    if resource.family == "Activity" and resource.arn not in step.context.activities:
        # (recorded)
        raise RuntimeFailure(f"The activity {resource.arn} does not exist.")
    details: dict[str, Any] = {}
    if resource.family == "Task":
        arn = split_arn(step.execution.arn)
        assert arn is not None
        details = {**_named(resource), "region": arn.region, "parameters": arguments}
    else:
        details = {"resource": resource.arn, "input": arguments}
    if call.timeout is not None:
        details["timeoutInSeconds"] = int(call.timeout)
    if call.heartbeat is not None and resource.family != "LambdaFunction":
        details["heartbeatInSeconds"] = int(call.heartbeat)
    if call.role is not None and resource.family != "Activity":
        details["taskCredentials"] = {"roleArn": call.role}
    step.note_next(f"{resource.family}Scheduled", scope, details)
    if resource.family != "Activity":
        step.note_next(f"{resource.family}Started", scope, _named(resource) or None)
    queued = resource.family == "Activity"
    wait = TaskWait(
        scope.attempt,
        resource.arn,
        arguments,
        scheduled=step.now,
        timeout=call.timeout,
        heartbeat=call.heartbeat,
        timeout_at=None if call.timeout is None else step.now + call.timeout,
        heartbeat_at=None if call.heartbeat is None or queued else step.now + call.heartbeat,
    )
    step.wait_for(scope, wait)


def start_activity(step: StepBuilder, scope: Scope, wait: TaskWait, event: TaskTaken) -> None:
    """A worker has taken the activity task: note it the first time, and let its limits run from now."""
    if not wait.taken:
        step.note_next("ActivityStarted", scope, {"workerName": event.worker} if event.worker else {})
    step.extend_wait(
        scope,
        msgspec.structs.replace(
            wait,
            taken=True,
            timeout_at=wait.timeout_at if wait.timeout is None else step.now + wait.timeout,
            heartbeat_at=wait.heartbeat_at if wait.heartbeat is None else step.now + wait.heartbeat,
        ),
    )


def extend_heartbeat(step: StepBuilder, scope: Scope, wait: TaskWait, event: TaskHeartbeat) -> None:
    """The task is alive: its next heartbeat is due a full interval from now.

    Ours: if the clock was set past the time-out, the time-out begins again, because its timer has not fired.
    """
    if wait.heartbeat is None:
        return
    timeout_at = wait.timeout_at
    if timeout_at is not None and wait.timeout is not None and step.context.clock_set:
        passed = timeout_at < step.now - HEARING_SECONDS
        timeout_at = step.now + wait.timeout if passed else timeout_at
    heartbeat_at = step.now + wait.heartbeat
    step.extend_wait(scope, msgspec.structs.replace(wait, timeout_at=timeout_at, heartbeat_at=heartbeat_at))


def submit_or_succeed(step: StepBuilder, scope: Scope, wait: TaskWait, event: TaskReturned) -> None:
    """The kind of task has done its work: that is the result, or with .waitForTaskToken the submission only."""
    resource = _resource(step.state(scope))
    if resource.pattern != ".waitForTaskToken" or event.output.size > PAYLOAD_BYTES_MAX:
        succeed(step, scope, wait, event)
        return
    step.note_next("TaskSubmitted", scope, {**_named(resource), "output": event.output})
    step.extend_wait(scope, msgspec.structs.replace(wait, submitted=True))


def succeed(step: StepBuilder, scope: Scope, wait: TaskWait, event: TaskSuccess | TaskReturned) -> None:
    """Note the result and let the state go on with it. A result that is too large fails the task."""
    resource = _resource(step.state(scope))
    step.answered(scope)
    if event.output.size > PAYLOAD_BYTES_MAX:
        cause = (
            f"The state/task '{resource.shown}' returned a result with a size exceeding the maximum number of bytes "
            "service limit."
        )
        _note_failed(step, scope, StateError("States.DataLimitExceeded", cause))
        return
    step.note_next(f"{resource.family}Succeeded", scope, {**_named(resource), "output": event.output})
    step.ready.append((scope.path, "resume", event.output))


def fail(step: StepBuilder, scope: Scope, wait: TaskWait, event: TaskFailure) -> None:
    """Note the failure and let Retry and Catch decide."""
    step.answered(scope)
    _note_failed(step, scope, StateError(event.error, event.cause))


def time_out(step: StepBuilder, scope: Scope, wait: TaskWait, event: TimerFired) -> None:
    """Note that the task is out of time, and cancel it. If the server could not hear its worker, give it more time."""
    resource = _resource(step.state(scope))
    missed = wait.heartbeat_at is not None and (wait.timeout_at is None or wait.heartbeat_at < wait.timeout_at)
    extended = _with_grace(wait, step.context.listening_since, missed=missed)
    if extended.due != wait.due and (extended.due or 0.0) > step.now:
        step.extend_wait(scope, extended)
        return
    step.cancel_wait(scope)
    step.note_next(f"{resource.family}TimedOut", scope, {**_named(resource), "error": "States.Timeout"})
    step.ready.append((scope.path, "fail", TimedOut(heartbeat=missed)))


def _with_grace(wait: TaskWait, listening_since: float, *, missed: bool) -> TaskWait:
    """The wait of a task that is out of time, with the time that it gets after an outage of the server.

    Ours: a worker that beat in time before the outage has a whole period from its end. A time-out is not extended, but
    it waits until results that came during the outage have been heard.
    """
    if missed:
        assert wait.heartbeat is not None
        assert wait.heartbeat_at is not None
        heartbeat_at = max(wait.heartbeat_at, listening_since + wait.heartbeat)
        return msgspec.structs.replace(wait, heartbeat_at=heartbeat_at)
    if wait.timeout_at is None:
        return wait
    return msgspec.structs.replace(wait, timeout_at=max(wait.timeout_at, listening_since + HEARING_SECONDS))


def _note_failed(step: StepBuilder, scope: Scope, failure: StateError) -> None:
    resource = _resource(step.state(scope))
    details: dict[str, Any] = dict(_named(resource))
    if failure.error is not None:
        details["error"] = failure.error
    if failure.cause is not None:
        details["cause"] = failure.cause
    step.note_next(f"{resource.family}Failed", scope, details)
    step.ready.append((scope.path, "fail", failure))


def _resource(state: State) -> Resource:
    body = state.body
    assert isinstance(body, Task)
    return body.resource


def _named(resource: Resource) -> dict[str, Any]:
    """The members that all Task… events have in their details."""
    if resource.family != "Task":
        return {}
    return {"resourceType": resource.service, "resource": resource.action}
