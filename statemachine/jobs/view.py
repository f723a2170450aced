"""The status of a job and of its tasks: a projection of the tree of states of one of the job's executions.

Must not know a store or an API: the caller passes the header and the history of the execution.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from statemachine.core.model import Execution, HistoryEvent
from statemachine.jobs.model import Job, JobTask
from statemachine.replay.events import from_compact
from statemachine.replay.node import SUCCEEDED, Node
from statemachine.replay.tree import Tree
from statemachine.times.timestamps import iso_time

QUEUED, PENDING, RUNNING, COMPLETED, FAILED = "QUEUED", "PENDING", "RUNNING", "COMPLETED", "FAILED"

_STATUS = {"RUNNING": RUNNING, "SUCCEEDED": COMPLETED, "FAILED": FAILED, "TIMED_OUT": FAILED, "ABORTED": FAILED}
_CAUSES = {"TIMED_OUT": "The job timed out.", "ABORTED": "The job was stopped."}
"""The causes of jobs that ended without a cause of their own, by the status of the execution."""


class TaskView(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """One task. `status` is PENDING, RUNNING, COMPLETED or FAILED.

    A task that waits for its next attempt is RUNNING, with the error of the last attempt. `attempts` counts calls of
    the function. Times are in ISO 8601 in UTC. `output` is the JSON text that the function returned; only a COMPLETED
    task has one.
    """

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

    A job that was stopped or timed out is FAILED, with a cause that says so.
    """

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


class _Ending(NamedTuple):
    """An execution that ended without success. `failed` is the id of the task that failed it, None if none did."""

    execution: Execution
    failed: str | None

    def failure_of(self, task: str) -> tuple[str | None, str | None]:
        """Error and cause of a task that ended with the execution."""
        if task == self.failed:
            return self.execution.error, self.execution.cause
        if self.failed is not None:
            return None, f"Ended because task '{self.failed}' failed."
        return None, _CAUSES.get(self.execution.status, "The job failed.")


def job_view(job: Job, execution: Execution, history: Iterable[HistoryEvent]) -> JobView:
    """The view of one execution of `job`. `history` is all of it so far, with JSON texts as outputs in its details.

    An execution without any event is QUEUED.
    """
    events, tree = list(history), Tree(execution.name)
    for event in events:
        tree.add(from_compact(event))
    states = {node.name: node for node in tree.root.subtree() if node.kind == "state"}
    ending = _Ending(execution, _failed_task(tree)) if _STATUS.get(execution.status) == FAILED else None
    return JobView(
        id=execution.name,
        job_id=job.id,
        name=job.name,
        status=_STATUS.get(execution.status, QUEUED) if events else QUEUED,
        tasks=[_task_view(task, states.get(task.id), events, ending) for task in job.tasks],
        started_at=_time(tree.root.started) if events else None,
        ended_at=_time(execution.stopped),
        input=_raw(execution.input.text),
        output=None if execution.output is None else _raw(execution.output.text),
        error=execution.error,
        cause=_CAUSES.get(execution.status) if execution.cause is None else execution.cause,
    )


def _task_view(task: JobTask, state: Node | None, events: list[HistoryEvent], ending: _Ending | None) -> TaskView:
    """`state` is the task's state, None if it was not entered. `ending` is None unless the job has FAILED."""
    view = TaskView(id=task.id, name=task.name, function_name=task.function, status=PENDING, attempts=0)
    if state is None:
        return view
    view.attempts, view.started_at = state.attempts, _time(state.started)
    if state.status == SUCCEEDED:
        view.status, view.ended_at, view.output = COMPLETED, _time(state.ended), _output(state, events)
    elif ending is not None:
        view.status, view.ended_at = FAILED, _time(ending.execution.stopped)
        view.error, view.cause = ending.failure_of(task.id)
    else:
        view.status = RUNNING
        if state.output_event is None:
            view.error, view.cause = state.error, state.cause
    return view


def _failed_task(tree: Tree) -> str | None:
    """The id of the task that made the execution fail, None if no task did."""
    state = tree.failed_state
    return None if state is None or state.type != "Task" or state.status == SUCCEEDED else state.name


def _output(state: Node, events: list[HistoryEvent]) -> msgspec.Raw:
    """The output of a state's last attempt. The ids of events count from 1."""
    assert state.output_event is not None
    details = events[state.output_event - 1].details
    assert details is not None
    return _raw(details["output"])


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else iso_time(seconds)


def _raw(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode())
