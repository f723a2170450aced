"""Every started task is answered once, unless it was cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import structlog

from statemachine.tasks.coroutine_kind import CoroutineKind
from statemachine.tasks.kind import Failed, Succeeded, TaskAttempt, TaskResult
from tests.tasks.calls import Answers, task


class Scripted(CoroutineKind):
    """Waits for `go`; then the task's arguments choose the result."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()
        self.begun = 0
        self.ended = 0

    def accepts(self, resource: str) -> bool:
        return resource == "scripted"

    async def perform(self, task: TaskAttempt) -> TaskResult:
        self.begun += 1
        try:
            await self.go.wait()
            if task.arguments == "defect":
                raise RuntimeError("a defect")
            return Succeeded(task.arguments_text)
        except asyncio.CancelledError:
            if task.arguments != "stubborn":
                raise
            return Succeeded("too late")
        finally:
            self.ended += 1


def run(body: Callable[[Scripted, Answers], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        await body(Scripted(), Answers())

    asyncio.run(main())


def test_answer_comes_once() -> None:
    async def body(kind: Scripted, answers: Answers) -> None:
        kind.start(task("scripted", 1, "1", "one"), answers)
        kind.start(task("scripted", 1, "1", "one"), answers)
        kind.go.set()
        await answers.first()
        await asyncio.sleep(0)
        assert answers.given == [("one", Succeeded("1"))]
        assert kind.begun == 1

    run(body)


def test_answered_token_may_be_started_again() -> None:
    async def body(kind: Scripted, answers: Answers) -> None:
        kind.go.set()
        for count in (1, 2, 3):
            kind.start(task("scripted", 1, "1", "one"), answers)
            while len(answers.given) < count:
                await asyncio.sleep(0)
        assert answers.given == [("one", Succeeded("1"))] * 3

    run(body)


def test_cancelled_task_is_not_answered_and_does_not_disturb_its_successor() -> None:
    async def body(kind: Scripted, answers: Answers) -> None:
        kind.start(task("scripted", 1, "1", "one"), answers)
        await asyncio.sleep(0)
        kind.cancel("one")
        kind.cancel("one")
        kind.cancel("unknown")
        kind.start(task("scripted", 2, "2", "one"), answers)
        kind.go.set()
        await answers.first()
        await asyncio.sleep(0)
        assert answers.given == [("one", Succeeded("2"))]
        assert (kind.begun, kind.ended) == (2, 2)

    run(body)


def test_answer_that_comes_in_spite_of_a_cancel_falls_away() -> None:
    async def body(kind: Scripted, answers: Answers) -> None:
        kind.start(task("scripted", "stubborn", "", "one"), answers)
        await asyncio.sleep(0)
        kind.cancel("one")
        kind.start(task("scripted", 2, "2", "one"), answers)
        await asyncio.sleep(0)
        kind.go.set()
        await answers.first()
        assert answers.given == [("one", Succeeded("2"))]
        assert kind.ended == 2

    run(body)


def test_defect_fails_the_task() -> None:
    async def body(kind: Scripted, answers: Answers) -> None:
        kind.go.set()
        with structlog.testing.capture_logs() as logged:
            kind.start(task("scripted", "defect", '"defect"'), answers)
            outcome = await answers.first()
        assert outcome == Failed("States.TaskFailed", "The task could not be performed: RuntimeError: a defect")
        assert [entry["event"] for entry in logged] == ["defect"]

    run(body)


def test_close_ends_what_runs_without_answers() -> None:
    async def body(kind: Scripted, answers: Answers) -> None:
        for token in ("one", "two"):
            kind.start(task("scripted", 1, "1", token), answers)
        await asyncio.sleep(0)
        await kind.close()
        assert (kind.begun, kind.ended) == (2, 2)
        assert not answers.given
        await kind.close()

    run(body)


def test_base_cannot_be_used_alone() -> None:
    with pytest.raises(TypeError):
        CoroutineKind()  # type: ignore[abstract]
