"""From a job to the definition, in the States Language, that is registered, run and shown in its stead.

In both formats a task is a Task state of its own name, given {"input": the job's input, "outputs": {task id: output}},
and the job's output is {task id: output} of all its tasks.

The Resource is the function's own ARN, not `lambda:invoke`: that one wraps the answer ({"Payload": …, …}), and JSONPath
cannot take it out and file it under the task's id in one state, so that every task of a chain would need a second one.
The ARN binds the definition to a region and account, which are the server's.

**The graph.** ASL's Parallel nests, so that it can say series-parallel graphs only: for a, b → c and b → d there is no
nesting in which c waits for a and d does not. What else could say a graph:

- Level by level: a Parallel for each level. Loses what is wanted: d waits for a.
- Series-parallel decomposition, with joins where it is not exact: two mechanisms instead of one, a definition in
  which nobody finds his graph again, and the joins are still to be invented.
- A branch for each task, which begins with a Task that waits for its siblings: a kind of task would have to know
  executions; each task leaves four more events, and each waiting branch a scope, a token and a command on disk.
- Activities or callbacks, answered from outside when a task is done: then the graph runs outside the checkpoint, in
  a program that must be durable itself.

So a graph becomes one Parallel with a branch for each task, and one member that is not ASL: `DependsOn`, as
CloudFormation calls it, names the sibling branches that a branch is held for. The interpreter looks at it when a branch
ends, and begins those that were held for it and for no other any more: exactly when its own dependencies are done, in
the same step and so in the same commit as the end of the last. What is held has no scope, token or command: it is known
from the ends of its siblings, which are on disk, so a kill leaves nothing to be answered again. A failed task fails the
Parallel and with it the job. Without its DependsOn members the definition is plain ASL; with them AWS refuses it, and
so does our `validation`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from statemachine.jobs.model import Job, JobTask

PARALLEL_NAME = "All tasks"
"""The Parallel state of a graph. The blank keeps it apart from every task id."""


def compile_job(job: Job, region: str, account: str) -> dict[str, Any]:
    """The definition of a job; functions are looked for in that region and account."""
    functions = f"arn:aws:lambda:{region}:{account}:function:"
    if job.format == "ordered":
        return _ordered(job, functions)
    return _graph(job, functions)


def _ordered(job: Job, functions: str) -> dict[str, Any]:
    """A chain. The state's input is the outputs so far; the job's own input is read from the context object."""
    states: dict[str, Any] = {}
    for number, task in enumerate(job.tasks):
        given: dict[str, Any] = {"input.$": "$$.Execution.Input"}
        if number == 0:
            given["outputs"] = {}
            kept: dict[str, Any] = {"ResultSelector": {f"{task.id}.$": "$"}}
        else:
            given["outputs.$"] = "$"
            kept = {"ResultPath": f"$['{task.id}']"}
        last = number == len(job.tasks) - 1
        after = {"End": True} if last else {"Next": job.tasks[number + 1].id}
        states[task.id] = _task(task, functions, {"Parameters": given, **kept, **after})
    comment = f"Job '{job.name}': its tasks in their order."
    return {"Comment": comment, "StartAt": job.tasks[0].id, "States": states}


def _graph(job: Job, functions: str) -> dict[str, Any]:
    """One Parallel; its result, a list in the order of the branches, is turned into an object by task id."""
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
