"""The result of every started task is reported once, unless the task was cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import structlog

from statemachine.tasks.coroutine_kind import CoroutineKind
from statemachine.tasks.kind import Failed, Succeeded, TaskAttempt, TaskResult
from tests.tasks.calls import Results, task


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


def run(body: Callable[[Scripted, Results], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        await body(Scripted(), Results())

    asyncio.run(main())


def test_a_result_is_reported_once() -> None:
    async def body(kind: Scripted, results: Results) -> None:
        kind.start(task("scripted", 1, "1", "one"), results)
        kind.start(task("scripted", 1, "1", "one"), results)
        kind.go.set()
        await results.first()
        await asyncio.sleep(0)
        assert results.given == [("one", Succeeded("1"))]
        assert kind.begun == 1

    run(body)


def test_a_token_may_be_started_again_after_its_result() -> None:
    async def body(kind: Scripted, results: Results) -> None:
        kind.go.set()
        for count in (1, 2, 3):
            kind.start(task("scripted", 1, "1", "one"), results)
            while len(results.given) < count:
                await asyncio.sleep(0)
        assert results.given == [("one", Succeeded("1"))] * 3

    run(body)


def test_a_cancelled_task_has_no_result_and_does_not_disturb_its_successor() -> None:
    async def body(kind: Scripted, results: Results) -> None:
        kind.start(task("scripted", 1, "1", "one"), results)
        await asyncio.sleep(0)
        kind.cancel("one")
        kind.cancel("one")
        kind.cancel("unknown")
        kind.start(task("scripted", 2, "2", "one"), results)
        kind.go.set()
        await results.first()
        await asyncio.sleep(0)
        assert results.given == [("one", Succeeded("2"))]
        assert (kind.begun, kind.ended) == (2, 2)

    run(body)


def test_a_result_after_a_cancel_is_dropped() -> None:
    async def body(kind: Scripted, results: Results) -> None:
        kind.start(task("scripted", "stubborn", "", "one"), results)
        await asyncio.sleep(0)
        kind.cancel("one")
        kind.start(task("scripted", 2, "2", "one"), results)
        await asyncio.sleep(0)
        kind.go.set()
        await results.first()
        assert results.given == [("one", Succeeded("2"))]
        assert kind.ended == 2

    run(body)


def test_an_exception_fails_the_task_and_is_logged() -> None:
    async def body(kind: Scripted, results: Results) -> None:
        kind.go.set()
        with structlog.testing.capture_logs() as logged:
            kind.start(task("scripted", "defect", '"defect"'), results)
            outcome = await results.first()
        assert outcome == Failed("States.TaskFailed", "The task could not be performed: RuntimeError: a defect")
        assert [entry["event"] for entry in logged] == ["defect"]

    run(body)


def test_close_ends_the_tasks_without_results() -> None:
    async def body(kind: Scripted, results: Results) -> None:
        for token in ("one", "two"):
            kind.start(task("scripted", 1, "1", token), results)
        await asyncio.sleep(0)
        await kind.close()
        assert (kind.begun, kind.ended) == (2, 2)
        assert not results.given
        await kind.close()

    run(body)


def test_close_waits_for_cancelled_tasks() -> None:
    async def body(kind: Scripted, results: Results) -> None:
        kind.start(task("scripted", 1, "1", "one"), results)
        await asyncio.sleep(0)
        kind.cancel("one")
        await kind.close()
        assert (kind.begun, kind.ended) == (1, 1)

    run(body)


def test_the_base_class_cannot_be_used_alone() -> None:
    with pytest.raises(TypeError):
        CoroutineKind()  # type: ignore[abstract]
