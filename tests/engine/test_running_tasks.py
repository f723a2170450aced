"""Tasks that were given to their kind: once each, and answered once."""

from __future__ import annotations

import pytest

from statemachine.core.model import Checkpoint, Execution, Scope
from statemachine.core.payload import Payload
from statemachine.core.waits import TaskWait
from statemachine.engine.running_tasks import RunningTasks
from statemachine.tasks.kind import Failed, Succeeded, TaskResult
from statemachine.testing import FUNCTION, START, ScriptedTasks

ARN = "arn:aws:states:eu-west-1:123456789012:execution:m:e"
WAIT = TaskWait("1.0", FUNCTION, Payload(text='{ "a": 1 }'), timeout_at=START + 9)


class Place:
    """One kind of task, and what the engine is told."""

    def __init__(self) -> None:
        self.functions = ScriptedTasks()
        self.answers: list[tuple[str, TaskResult]] = []
        self.running = RunningTasks([self.functions], lambda token, result: self.answers.append((token, result)))
        execution = Execution("m:e", ARN, "e", "", "m/1", "role", "seed", START, Payload(text="{}"))
        self.checkpoint = Checkpoint(execution, {"": Scope("", "Work", waiting=WAIT)})

    def start(self, wait: TaskWait = WAIT) -> None:
        self.running.start(self.checkpoint, "", wait)


def test_a_task_tells_its_kind_all_it_needs() -> None:
    place = Place()
    place.start()
    (task,) = place.functions.started
    assert (task.resource, task.state, task.execution_arn) == (FUNCTION, "Work", ARN)
    assert (task.region, task.account, task.timeout_at) == ("eu-west-1", "123456789012", START + 9)
    assert (task.arguments, task.arguments_text) == ({"a": 1}, '{ "a": 1 }')


def test_a_task_is_started_once_however_often_it_is_released() -> None:
    place = Place()
    place.start()
    place.start()
    assert len(place.functions.started) == place.running.count == 1


def test_only_the_first_answer_counts() -> None:
    place = Place()
    place.start()
    (task,) = place.functions.started
    place.functions.answer(task, Succeeded("1"))
    place.functions.answer(task, Failed("Late", None))
    assert place.answers == [(task.token, Succeeded("1"))]
    assert place.running.count == 0


def test_a_cancelled_task_has_no_result() -> None:
    place = Place()
    place.start()
    (task,) = place.functions.started
    place.running.cancel(task.token)
    place.running.cancel(task.token)
    place.functions.answer(task, Succeeded("1"))
    assert place.functions.cancelled == [task.token]
    assert place.answers == []


@pytest.mark.parametrize(
    ("resource", "hint"),
    [
        ("arn:aws:states:::sqs:sendMessage", ""),
        ("shell:count", " (the settings have no table [shell.count])"),
    ],
)
def test_a_resource_that_no_kind_serves_fails_the_task(resource: str, hint: str) -> None:
    place = Place()
    place.start(TaskWait("1.0", resource, Payload(text="{}")))
    ((_, result),) = place.answers
    assert result == Failed("States.TaskFailed", f"This server has no kind of task for the resource {resource}{hint}")
