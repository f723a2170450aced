"""How a job and its tasks stand, at each point of an execution."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from statemachine.core.events import StartRequested, StopRequested, TaskFailure, TaskSuccess, TimerFired
from statemachine.core.payload import Payload
from statemachine.jobs import Job, JobView, job_view
from tests.core.script import Run
from tests.jobs.definitions import definition, graph, ordered, with_texts


def view(job: Job, run: Run) -> JobView:
    return job_view(job, run.execution, with_texts(run.history))


def words(job: Job, run: Run) -> dict[str, str]:
    seen = view(job, run)
    return {"": seen.status} | {task.id: task.status for task in seen.tasks}


def succeed(run: Run, path: str, text: str) -> None:
    assert run.send(TaskSuccess(path, run.token(path), Payload(text=text)))


def fail(run: Run, path: str, cause: str = "why") -> None:
    assert run.send(TaskFailure(path, run.token(path), error="E", cause=cause))


def test_words_of_an_ordered_job() -> None:
    job = ordered("a", "b")
    run = Run(definition(job))
    assert words(job, run) == {"": "QUEUED", "a": "PENDING", "b": "PENDING"}
    run.send(StartRequested())
    assert words(job, run) == {"": "RUNNING", "a": "RUNNING", "b": "PENDING"}
    succeed(run, "", "1")
    assert words(job, run) == {"": "RUNNING", "a": "COMPLETED", "b": "RUNNING"}
    succeed(run, "", "2")
    assert words(job, run) == {"": "COMPLETED", "a": "COMPLETED", "b": "COMPLETED"}


def test_words_of_a_graph() -> None:
    job = graph({"c": ["a", "b"], "a": [], "b": []})
    run = Run(definition(job))
    run.send(StartRequested())
    succeed(run, "/00001", "1")
    assert words(job, run) == {"": "RUNNING", "c": "PENDING", "a": "COMPLETED", "b": "RUNNING"}
    succeed(run, "/00002", "1")
    assert words(job, run) == {"": "RUNNING", "c": "RUNNING", "a": "COMPLETED", "b": "COMPLETED"}
    succeed(run, "/00000", "1")
    assert words(job, run) == {"": "COMPLETED", "c": "COMPLETED", "a": "COMPLETED", "b": "COMPLETED"}


def test_a_job_of_a_graph_fails_with_the_task_that_failed_and_the_others_say_so() -> None:
    job = graph({"a": [], "b": [], "c": ["a"], "d": []})
    run = Run(definition(job))
    run.send(StartRequested())
    succeed(run, "/00003", '"D"')
    fail(run, "/00001")
    seen = view(job, run)
    assert (seen.status, seen.error, seen.cause) == ("FAILED", "E", "why")
    assert [(task.id, task.status, task.error, task.cause) for task in seen.tasks] == [
        ("a", "FAILED", None, "Ended because task 'b' failed."),
        ("b", "FAILED", "E", "why"),
        ("c", "PENDING", None, None),
        ("d", "COMPLETED", None, None),
    ]


def test_a_sibling_that_waits_for_its_next_attempt_is_not_taken_for_the_one_that_failed() -> None:
    job = graph({"a": [], "b": []}, retries=1)
    run = Run(definition(job))
    run.send(StartRequested())
    fail(run, "/00001", "1")
    run.now += 1
    waiting = run.scopes["/00001"].waiting
    assert waiting is not None
    assert run.send(TimerFired("/00001", waiting.attempt))
    fail(run, "/00000", "of the sibling")
    assert [(task.status, task.attempts, task.error) for task in view(job, run).tasks] == [
        ("RUNNING", 1, "E"),
        ("RUNNING", 2, "E"),
    ]
    fail(run, "/00001", "2")
    assert [(task.status, task.attempts, task.cause) for task in view(job, run).tasks] == [
        ("FAILED", 1, "Ended because task 'b' failed."),
        ("FAILED", 2, "2"),
    ]


def test_a_task_that_fails_without_a_call_of_its_function_is_the_one_that_failed() -> None:
    """Its input is too large: the history has no event of a failed task."""
    job = graph({"a": [], "b": [], "c": ["a", "b"]})
    run = Run(definition(job), answers={"a": ["x" * 200_000], "b": ["x" * 200_000]}).finish()
    seen = view(job, run)
    assert [task.status for task in seen.tasks] == ["COMPLETED", "COMPLETED", "FAILED"]
    assert (seen.tasks[2].error, seen.tasks[2].attempts) == ("States.DataLimitExceeded", 0)


def test_outputs_that_are_too_large_together_fail_the_job_and_no_task_of_a_graph() -> None:
    job = graph({"a": [], "b": []})
    run = Run(definition(job), answers={"a": ["x" * 200_000], "b": ["x" * 200_000]}).finish()
    assert words(job, run) == {"": "FAILED", "a": "COMPLETED", "b": "COMPLETED"}


def test_an_ordered_job_fails_at_the_task_that_failed() -> None:
    job = ordered("a", "b", "c")
    run = Run(definition(job), answers={"a": [1], "b": [{"Error": "E", "Cause": "why"}]}).finish()
    seen = view(job, run)
    assert [(task.status, task.error, task.cause) for task in seen.tasks] == [
        ("COMPLETED", None, None),
        ("FAILED", "E", "why"),
        ("PENDING", None, None),
    ]


def test_a_job_that_is_stopped_is_failed_and_says_why() -> None:
    job = ordered("a", "b")
    run = Run(definition(job))
    run.send(StartRequested())
    run.send(StopRequested())
    seen = view(job, run)
    assert (seen.status, seen.error, seen.cause) == ("FAILED", None, "The job was stopped.")
    assert [(task.status, task.cause) for task in seen.tasks] == [("FAILED", "The job was stopped."), ("PENDING", None)]


def test_an_error_is_forgotten_when_a_later_attempt_succeeds() -> None:
    job = ordered("a", retries=1)
    run = Run(definition(job), answers={"a": [{"Error": "E"}, 1]}).finish()
    (task,) = view(job, run).tasks
    assert (task.status, task.attempts, task.error) == ("COMPLETED", 2, None)


def test_a_graph_that_is_stopped() -> None:
    job = graph({"a": [], "b": [], "c": ["a", "b"]}, retries=1)
    run = Run(definition(job))
    run.send(StartRequested())
    succeed(run, "/00000", "1")
    fail(run, "/00001")
    run.send(StopRequested("Enough", "tired"))
    seen = view(job, run)
    assert (seen.status, seen.error, seen.cause) == ("FAILED", "Enough", "tired")
    assert [(task.status, task.attempts, task.error, task.cause) for task in seen.tasks] == [
        ("COMPLETED", 1, None, None),
        ("FAILED", 1, None, "The job was stopped."),
        ("PENDING", 0, None, None),
    ]


def test_a_job_that_takes_too_long_is_failed_and_says_why() -> None:
    job = graph({"a": [], "b": ["a"]})
    run = Run({**definition(job), "TimeoutSeconds": 5}).finish()
    seen = view(job, run)
    assert (seen.status, seen.error, seen.cause) == ("FAILED", None, "The job timed out.")
    assert [(task.status, task.cause) for task in seen.tasks] == [("FAILED", "The job timed out."), ("PENDING", None)]


def test_a_task_whose_output_was_too_large_to_keep_runs_again_without_an_output() -> None:
    job = ordered("a", "b", retries=1)
    run = Run(definition(job))
    run.send(StartRequested())
    succeed(run, "", f'"{"x" * 200_000}"')
    succeed(run, "", f'"{"x" * 200_000}"')
    assert [(task.status, task.output is None) for task in view(job, run).tasks] == [
        ("COMPLETED", False),
        ("RUNNING", True),
    ]


def test_shape() -> None:
    job = ordered("a", "b")
    run = Run(definition(job), input='{ "n": 1 }', answers={"a": [{"x": 1}], "b": [{"Error": "E", "Cause": "why"}]})
    seen: Any = json.loads(msgspec.json.encode(view(job, run.finish())))
    at = "2023-11-14T22:13:20.000Z"
    assert seen == {
        "id": "e",
        "jobId": "job",
        "name": "job",
        "status": "FAILED",
        "tasks": [
            {
                "id": "a",
                "name": "a",
                "functionName": "a",
                "status": "COMPLETED",
                "attempts": 1,
                "startedAt": at,
                "endedAt": at,
                "output": {"x": 1},
            },
            {
                "id": "b",
                "name": "b",
                "functionName": "b",
                "status": "FAILED",
                "attempts": 1,
                "startedAt": at,
                "endedAt": at,
                "error": "E",
                "cause": "why",
            },
        ],
        "startedAt": at,
        "endedAt": at,
        "input": {"n": 1},
        "error": "E",
        "cause": "why",
    }
