"""The counts: everything that became durable is counted once, and nothing else is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from statemachine.engine import commits as engine_commits
from statemachine.host import Commit, NotDurable, TaskEnd
from statemachine.metrics.counts import Counts
from statemachine.metrics.queues import Queues
from statemachine.store.interface import StoreFull
from statemachine.store.memory import MemoryStore
from statemachine.tasks.kind import Failed, Succeeded, TaskResult
from statemachine.testing import FUNCTION, START, in_memory_server
from tests.engine.definitions import ACTIVITY, CALLBACK, FAIL, PASS, passes, task, wait
from tests.store.unreliable_store import UnreliableStore

INVOKE = "arn:aws:states:::lambda:invoke"


class Metrics:
    """The values in a registry, by their names without our prefix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.counts = Counts(self.registry)

    def __call__(self, name: str, **labels: str) -> float:
        value = self.registry.get_sample_value(f"statemachine_{name}", labels)
        assert value is not None, f"no {name} {labels}"
        return value


@pytest.mark.parametrize(
    ("definition", "status", "events"),
    [(PASS, "SUCCEEDED", 4), (passes(10), "SUCCEEDED", 22), (FAIL, "FAILED", 3)],
)
async def test_executions_and_their_events(definition: Any, status: str, events: int) -> None:
    metrics = Metrics()
    async with in_memory_server(observers=[metrics.counts]) as server:
        await server.run(definition)
        await server.settle()
        assert metrics("executions_started_total") == 1
        assert metrics("executions_ended_total", status=status) == 1
        assert metrics("history_events_total") == metrics("commit_events_sum") == events
        ends = (metrics("executions_ended_total", status=s) for s in ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"))
        assert sum(ends) == 1


async def test_every_way_to_end() -> None:
    metrics = Metrics()
    async with in_memory_server(observers=[metrics.counts]) as server:
        stopped = await server.start(await server.create(wait(100), "a"))
        await server.start(await server.create(wait(100) | {"TimeoutSeconds": 5}, "b"))
        assert metrics("executions_started_total") == 2
        await server.ask("StopExecution", execution_arn=stopped)
        assert metrics("executions_ended_total", status="ABORTED") == 1
        assert metrics("executions_ended_total", status="TIMED_OUT") == 0
        await server.advance(5)
        assert metrics("executions_ended_total", status="TIMED_OUT") == 1


async def test_a_commit_is_counted_with_its_rows() -> None:
    metrics = Metrics()
    store = UnreliableStore()
    async with in_memory_server(store, observers=[metrics.counts]) as server:
        await server.run(PASS)
        await server.settle()
        assert metrics("commit_rows_count") == metrics("commit_seconds_count") == store.commits
        assert metrics("commit_rows_sum") >= len(store.scan(""))
        assert metrics("commit_seconds_sum") > 0


TASKS: list[tuple[str, str, TaskResult, str]] = [
    (FUNCTION, "lambda", Succeeded("1"), "Succeeded"),
    (INVOKE, "lambda", Succeeded("1"), "Succeeded"),
    (FUNCTION, "lambda", Failed("Broken", None), "Failed"),
    (FUNCTION, "lambda", Succeeded('"' + "x" * 300_000 + '"'), "Failed"),
]


@pytest.mark.parametrize(("resource", "kind", "answer", "outcome"), TASKS)
async def test_functions(resource: str, kind: str, answer: TaskResult, outcome: str) -> None:
    metrics = Metrics()
    async with in_memory_server(observers=[metrics.counts]) as server:
        fields = {"Parameters": {"FunctionName": "work"}} if resource == INVOKE else {}
        arn = await server.start(await server.create(task(resource, **fields)))
        given = await server.task()
        server.clock.now += 2.5
        server.tasks.answer(given, answer)
        await server.ended(arn)
        await server.settle()
        assert metrics("task_seconds_count", kind=kind, outcome=outcome) == 1
        assert metrics("task_seconds_sum", kind=kind, outcome=outcome) == pytest.approx(2.5, abs=0.01)


async def test_each_attempt_counts_and_late_answers_do_not() -> None:
    metrics = Metrics()
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    async with in_memory_server(observers=[metrics.counts]) as server:
        arn = await server.start(await server.create(task(TimeoutSeconds=5, Retry=retry)))
        first = await server.task()
        await server.advance(5)
        server.tasks.answer(first, Succeeded("1"))
        await server.advance(1)
        server.tasks.answer(await server.task(1), Succeeded("2"))
        assert (await server.ended(arn))["output"] == "2"
        await server.settle()
        assert metrics("task_seconds_count", kind="lambda", outcome="TimedOut") == 1
        assert metrics("task_seconds_sum", kind="lambda", outcome="TimedOut") == 5
        assert metrics("task_seconds_count", kind="lambda", outcome="Succeeded") == 1


async def test_the_time_of_an_activity_task_includes_its_wait_for_a_worker() -> None:
    metrics = Metrics()
    async with in_memory_server(observers=[metrics.counts]) as server:
        await server.ask("CreateActivity", name="work")
        await server.start(await server.create(task(ACTIVITY)))
        server.clock.now += 7
        given = await server.ask("GetActivityTask", activity_arn=ACTIVITY)
        await server.ask("SendTaskSuccess", task_token=given["taskToken"], output="1")
        assert metrics("task_seconds_sum", kind="activity", outcome="Succeeded") == 7


async def test_a_callback_ends_with_its_answer_not_its_submission() -> None:
    metrics = Metrics()
    async with in_memory_server(observers=[metrics.counts]) as server:
        await server.start(await server.create(CALLBACK))
        given = await server.task()
        server.tasks.answer(given, Succeeded("null"))
        await server.settle()
        assert metrics("task_seconds_count", kind="lambda", outcome="Succeeded") == 0
        await server.ask("SendTaskFailure", task_token=given.token, error="No", cause=None)
        assert metrics("task_seconds_count", kind="lambda", outcome="Failed") == 1


async def test_a_transaction_that_is_rolled_back_is_counted_as_failed_and_its_executions_are_counted_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine_commits, "RETRY_SECONDS", 0.0)
    metrics, store = Metrics(), UnreliableStore()
    async with in_memory_server(store, observers=[metrics.counts]) as server:
        machine_arn = await server.create(PASS)
        commits = metrics("commit_rows_count")
        store.fail(StoreFull("disk full"))
        with pytest.raises(NotDurable):
            await server.start(machine_arn)
        assert metrics("commits_failed_total") == 1
        assert metrics("commit_rows_count") == commits
        assert metrics("executions_started_total") == metrics("history_events_total") == 0
        store.recover()
        await server.until(lambda: server.engine.ready)
        await server.ended(await server.start(machine_arn))
        await server.settle()
        assert metrics("executions_started_total") == 1
        assert metrics("commits_failed_total") == 1


async def test_recovery() -> None:
    store = MemoryStore()
    async with in_memory_server(store) as before:
        machine_arn = await before.create(task())
        for _ in range(3):
            await before.start(machine_arn)
    metrics = Metrics()
    async with in_memory_server(store, observers=[metrics.counts]) as after:
        assert metrics("recovery_commands") == 3
        assert metrics("recovery_seconds") > 0
        assert metrics("executions_started_total") == 0
        after.tasks.answer(await after.task(), Succeeded("1"))
        await after.settle()
        assert metrics("executions_ended_total", status="SUCCEEDED") == 1


async def test_an_execution_with_a_later_start_time_is_not_counted_as_started() -> None:
    metrics = Metrics()
    async with in_memory_server(observers=[metrics.counts]) as server:
        machine_arn = await server.create(PASS)
        await server.ask("StartExecution", state_machine_arn=machine_arn, start_at=START + 10)
        assert metrics("executions_started_total") == 0
        await server.advance(10)
        assert metrics("executions_started_total") == 1
        assert metrics("executions_ended_total", status="SUCCEEDED") == 1


async def test_the_lengths_of_queues_are_read_at_a_scrape() -> None:
    registry = CollectorRegistry()
    async with in_memory_server() as server:
        registry.register(Queues(lambda: server.engine.lengths))

        def length(name: str) -> float | None:
            return registry.get_sample_value(f"statemachine_{name}")

        await server.ask("CreateActivity", name="work")
        await server.start(await server.create(wait(10), "a"))
        await server.start(await server.create(task(), "b"))
        await server.start(await server.create(task(ACTIVITY), "c"))
        await server.task()
        assert length("executions_running") == 3
        assert length("executions_pending") == 0
        assert (length("timers"), length("tasks_under_way")) == (1, 1)
        assert (length("activity_tasks"), length("activity_polls")) == (1, 0)
        for _ in range(2):
            poll = asyncio.create_task(server.ask("GetActivityTask", activity_arn=ACTIVITY))
            await server.settle()
        assert (length("activity_tasks"), length("activity_polls")) == (0, 1)
        assert (length("inbox_events"), length("evaluations_parked")) == (0, 0)
        await server.engine.drain()
        await poll
        assert length("activity_polls") == 0


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        (FUNCTION, "lambda"),
        (f"{INVOKE}.waitForTaskToken", "lambda"),
        (ACTIVITY, "activity"),
        ("shell:thumbnail", "shell"),
        ("letters:count", "other"),
        ("arn:aws:states:::aws-sdk:sfn:startExecution", "other"),
        ("", "other"),
    ],
)
def test_no_resource_adds_a_label_value(resource: str, kind: str) -> None:
    metrics = Metrics()
    end = TaskEnd("m:e", "T", resource, 1, "Succeeded", None, 0.5)
    metrics.counts.committed(Commit(rows=1, seconds=0.001, tasks=[end]))
    assert metrics("task_seconds_sum", kind=kind, outcome="Succeeded") == 0.5
