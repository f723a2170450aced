"""From a job to the definition that is registered, run and shown in its place.

A task is a Task state of the same name. Its input is {"input": the job's input, "outputs": {task id: output}}, and the
output of the job is {task id: output} of all its tasks. A graph is one Parallel with a branch for each task; the member
`DependsOn` of a branch is our extension of the States Language (docs/decisions/001-depends-on.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from statemachine.jobs.model import Job, JobTask

PARALLEL_NAME = "All tasks"
"""The Parallel state of a graph. The blank keeps it apart from every task id."""


def compile_job(job: Job, region: str, account: str) -> dict[str, Any]:
    """The definition of a valid job. `region` and `account` are those of the ARNs of its functions."""
    functions = f"arn:aws:lambda:{region}:{account}:function:"
    if job.format == "ordered":
        return _ordered(job, functions)
    return _graph(job, functions)


def _ordered(job: Job, functions: str) -> dict[str, Any]:
    """A chain of Task states. The input of each is {task id: output} of the tasks before it; the input of the job comes
    from the context object."""
    states: dict[str, Any] = {}
    for number, task in enumerate(job.tasks):
        parameters: dict[str, Any] = {"input.$": "$$.Execution.Input"}
        if number == 0:
            parameters["outputs"] = {}
            result: dict[str, Any] = {"ResultSelector": {f"{task.id}.$": "$"}}
        else:
            parameters["outputs.$"] = "$"
            result = {"ResultPath": f"$['{task.id}']"}
        is_last = number == len(job.tasks) - 1
        transition = {"End": True} if is_last else {"Next": job.tasks[number + 1].id}
        states[task.id] = _task(task, functions, {"Parameters": parameters, **result, **transition})
    comment = f"Job '{job.name}': its tasks in their order."
    return {"Comment": comment, "StartAt": job.tasks[0].id, "States": states}


def _graph(job: Job, functions: str) -> dict[str, Any]:
    """One Parallel. Its result is a list in the order of the branches; the ResultSelector files it by task id."""
    branches = [
        {
            "DependsOn": list(task.dependencies),
            "StartAt": task.id,
            "States": {task.id: _task(task, functions, {"End": True})},
        }
        for task in job.tasks
    ]
    parallel = {
        "Type": "Parallel",
        "Branches": branches,
        "ResultSelector": {f"{task.id}.$": f"$[{number}]" for number, task in enumerate(job.tasks)},
        "End": True,
    }
    comment = (
        f"Job '{job.name}': each task as soon as its own dependencies are done. DependsOn is this server's extension "
        "of the States Language: such a branch is held until the named branches have ended well, and is given "
        '{"input": the input of the Parallel, "outputs": the outputs of those branches by name}.'
    )
    return {"Comment": comment, "StartAt": PARALLEL_NAME, "States": {PARALLEL_NAME: parallel}}


def _task(task: JobTask, functions: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    state: dict[str, Any] = {"Type": "Task", "Comment": task.name, "Resource": functions + task.function, **fields}
    if task.retries:
        state["Retry"] = [
            {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "BackoffRate": 2, "MaxAttempts": task.retries}
        ]
    return state
