"""Tasks that were given to their kind: once each, and answered once."""

from __future__ import annotations

from statemachine.core.model import Execution, Scope, Waiting
from statemachine.core.payload import Payload
from statemachine.core.walk import Checkpoint
from statemachine.engine.handed_out import HandedOut
from statemachine.tasks.kind import Failed, Succeeded, TaskResult
from tests.engine.in_memory_server import FUNCTION, START, Functions

ARN = "arn:aws:states:eu-west-1:123456789012:execution:m:e"
WAITING = Waiting("task", "1.0", resource=FUNCTION, arguments=Payload(text='{ "a": 1 }'), timeout_at=START + 9)


class Place:
    """One kind of task, and what the engine is told."""

    def __init__(self) -> None:
        self.functions = Functions()
        self.answers: list[tuple[str, TaskResult]] = []
        self.handed_out = HandedOut([self.functions], lambda token, outcome: self.answers.append((token, outcome)))
        execution = Execution("m:e", ARN, "e", "", "m/1", "role", "seed", START, Payload(text="{}"))
        self.checkpoint = Checkpoint(execution, {"": Scope("", "Work", waiting=WAITING)})

    def start(self, waiting: Waiting = WAITING) -> None:
        self.handed_out.start(self.checkpoint, "", waiting)


def test_a_task_tells_its_kind_all_it_needs() -> None:
    place = Place()
    place.start()
    (task,) = place.functions.started
    assert (task.resource, task.state_name, task.execution_arn) == (FUNCTION, "Work", ARN)
    assert (task.region, task.account, task.deadline) == ("eu-west-1", "123456789012", START + 9)
    assert (task.arguments, task.arguments_text) == ({"a": 1}, '{ "a": 1 }')


def test_a_task_is_started_once_however_often_it_is_released() -> None:
    place = Place()
    place.start()
    place.start()
    assert len(place.functions.started) == place.handed_out.count == 1


def test_only_the_first_answer_counts() -> None:
    place = Place()
    place.start()
    (task,) = place.functions.started
    place.functions.answer(task, Succeeded("1"))
    place.functions.answer(task, Failed("Late", None))
    assert place.answers == [(task.token, Succeeded("1"))]
    assert place.handed_out.count == 0


def test_a_cancelled_task_answers_no_more() -> None:
    place = Place()
    place.start()
    (task,) = place.functions.started
    place.handed_out.cancel(task.token)
    place.handed_out.cancel(task.token)
    place.functions.answer(task, Succeeded("1"))
    assert place.functions.cancelled == [task.token]
    assert place.answers == []


def test_a_resource_that_no_kind_serves_fails_the_task() -> None:
    place = Place()
    place.start(Waiting("task", "1.0", resource="arn:aws:states:::sqs:sendMessage", arguments=Payload(text="{}")))
    ((_, outcome),) = place.answers
    assert outcome == Failed("States.Runtime", "No task kind serves the resource arn:aws:states:::sqs:sendMessage.")
