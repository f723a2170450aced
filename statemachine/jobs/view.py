"""How a job and its tasks stand, read from the header and the history of an execution. Plain data in, plain data out.

Knows no store and no API: who asks brings the events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from statemachine.core.model import Execution, HistoryEvent
from statemachine.jobs.model import Job, JobTask
from statemachine.times.timestamps import iso_time

QUEUED, PENDING, RUNNING, COMPLETED, FAILED = "QUEUED", "PENDING", "RUNNING", "COMPLETED", "FAILED"

_STATUS = {"RUNNING": RUNNING, "SUCCEEDED": COMPLETED, "FAILED": FAILED, "TIMED_OUT": FAILED, "ABORTED": FAILED}
_ENDINGS = {"TIMED_OUT": "The job timed out.", "ABORTED": "The job was stopped."}


class TaskView(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """One task. `status` is PENDING, RUNNING, COMPLETED or FAILED; a task that waits for its next attempt is RUNNING,
    with the error of the last one. `attempts` counts calls of the function; times are ISO 8601 in UTC; `output` is
    the JSON text of what the function gave."""

    id: str
    name: str
    function_name: str
    status: str
    attempts: int
    started_at: str | None = None
    ended_at: str | None = None
    output: msgspec.Raw | None = None
    error: str | None = None
    cause: str | None = None


class JobView(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """One execution of a job. `status` is QUEUED, RUNNING, COMPLETED or FAILED; `output` is {task id: output}.

    A job that was stopped or timed out is FAILED, with a cause that says so."""

    id: str
    job_id: str
    name: str
    status: str
    tasks: list[TaskView]
    started_at: str | None = None
    ended_at: str | None = None
    input: msgspec.Raw
    output: msgspec.Raw | None = None
    error: str | None = None
    cause: str | None = None


@dataclass(slots=True)
class _Progress:
    """What the history says of one task so far. Times are in epoch seconds."""

    attempts: int = 0
    started: float | None = None
    ended: float | None = None
    output: str | None = None
    error: str | None = None
    cause: str | None = None


def job_view(job: Job, execution: Execution, history: Iterable[HistoryEvent]) -> JobView:
    """The view of one execution of `job`. `history` is all of it so far, with JSON texts as outputs in its details;
    an execution without any event waits for its turn."""
    events = list(history)
    tasks = _progress(job, events)
    if execution.status not in ("RUNNING", "SUCCEEDED"):
        _end_others(tasks, execution, _failed_task(tasks, events))
    status = _STATUS.get(execution.status, QUEUED) if events else QUEUED
    return JobView(
        id=execution.name,
        job_id=job.id,
        name=job.name,
        status=status,
        tasks=[_task_view(task, tasks[task.id]) for task in job.tasks],
        started_at=_time(events[0].timestamp / 1000 if events else None),
        ended_at=_time(execution.stopped),
        input=_raw(execution.input.text),
        output=None if execution.output is None else _raw(execution.output.text),
        error=execution.error,
        cause=_ENDINGS.get(execution.status) if execution.cause is None else execution.cause,
    )


def _progress(job: Job, events: list[HistoryEvent]) -> dict[str, _Progress]:
    """By task id. Only one state at a time runs in a scope, so an event without a name is of the state entered last."""
    tasks = {task.id: _Progress() for task in job.tasks}
    current: dict[str, _Progress] = {}
    for event in events:
        details = event.details or {}
        if event.type == "TaskStateEntered" and details["name"] in tasks:
            current[event.scope] = tasks[details["name"]]
            current[event.scope].started = event.timestamp / 1000
        task = current.get(event.scope)
        if task is None:
            continue
        if event.type == "LambdaFunctionScheduled":
            task.attempts += 1
        elif event.type in ("LambdaFunctionFailed", "LambdaFunctionTimedOut"):
            task.error, task.cause = details.get("error"), details.get("cause")
        elif event.type == "LambdaFunctionSucceeded":
            task.output, task.error, task.cause = details["output"], None, None
        elif event.type == "TaskStateExited":
            task.ended = event.timestamp / 1000
            del current[event.scope]
    return tasks


def _failed_task(tasks: Mapping[str, _Progress], events: list[HistoryEvent]) -> str | None:
    """The id of the task that failed the execution: the last event of its line of control is what the end follows,
    with the failure of a graph's Parallel in between."""
    by_id = {event.id: event for event in events}
    cause = by_id.get(events[-1].previous) if events else None
    if cause is not None and cause.type == "ParallelStateFailed":
        cause = by_id.get(cause.previous)
    if cause is None:
        return None
    for event in reversed(events[: cause.id]):
        if event.scope == cause.scope and event.type.endswith("StateEntered"):
            name: str = (event.details or {})["name"]
            return name if name in tasks and tasks[name].ended is None else None
    return None


def _end_others(tasks: Mapping[str, _Progress], execution: Execution, failed: str | None) -> None:
    """The execution did not succeed: what was under way ended with it, for a reason that is told."""
    reason = _ENDINGS.get(execution.status, "The job failed.")
    if failed is not None:
        reason = f"Ended because task '{failed}' failed."
    for id, task in tasks.items():
        if task.started is not None and task.ended is None:
            task.ended = execution.stopped
            task.output = None
            task.error, task.cause = (execution.error, execution.cause) if id == failed else (None, reason)


def _task_view(task: JobTask, progress: _Progress) -> TaskView:
    if progress.started is None:
        status = PENDING
    elif progress.ended is None:
        status = RUNNING
    else:
        # A task that ended without its output ended with the job.
        status = FAILED if progress.output is None else COMPLETED
    return TaskView(
        id=task.id,
        name=task.name,
        function_name=task.function,
        status=status,
        attempts=progress.attempts,
        started_at=_time(progress.started),
        ended_at=_time(progress.ended),
        output=None if progress.output is None else _raw(progress.output),
        error=progress.error,
        cause=progress.cause,
    )


def _time(moment: float | None) -> str | None:
    return None if moment is None else iso_time(moment)


def _raw(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode())
