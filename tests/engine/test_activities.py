"""The queues of activity tasks: first come, first served, and nothing is lost on the way."""

from __future__ import annotations

import asyncio

from statemachine.engine.activities import ActivityQueues, QueuedTask

ARN = "arn:aws:states:us-east-1:000000000000:activity:work"


def task(name: str) -> QueuedTask:
    return QueuedTask(name, "", "1.0")


async def turn() -> None:
    """Let everybody who can go on do so."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_tasks_are_taken_in_order_of_arrival() -> None:
    queues = ActivityQueues()
    for name in ("a", "b", "a"):
        queues.offer(ARN, task(name))
    assert [queues.take(ARN) for _ in range(3)] == [task("a"), task("b"), None]
    assert queues.take("another") is None


async def test_the_worker_that_has_waited_longest_gets_the_task() -> None:
    queues = ActivityQueues()
    workers = [asyncio.create_task(queues.take_or_wait(ARN, 60)) for _ in range(3)]
    await turn()
    for name in ("a", "b", "c"):
        queues.offer(ARN, task(name))
    assert await asyncio.gather(*workers) == [task("a"), task("b"), task("c")]


async def test_a_worker_takes_what_is_there_without_waiting() -> None:
    queues = ActivityQueues()
    queues.offer(ARN, task("a"))
    assert await queues.take_or_wait(ARN, 0) == task("a")
    assert await queues.take_or_wait(ARN, 0) is None


async def test_a_worker_that_went_away_gets_nothing() -> None:
    queues = ActivityQueues()
    gone, there = (asyncio.create_task(queues.take_or_wait(ARN, 60)) for _ in range(2))
    await turn()
    gone.cancel()
    await turn()
    queues.offer(ARN, task("a"))
    assert await there == task("a")
    assert gone.cancelled()


async def test_a_task_that_met_a_departing_worker_is_for_the_next() -> None:
    queues = ActivityQueues()
    gone = asyncio.create_task(queues.take_or_wait(ARN, 60))
    await turn()
    queues.offer(ARN, task("a"))
    gone.cancel()
    await turn()
    assert gone.cancelled()
    assert queues.take(ARN) == task("a")


async def test_a_task_that_met_a_worker_out_of_time_is_for_the_next() -> None:
    queues = ActivityQueues()
    late = asyncio.create_task(queues.take_or_wait(ARN, 0))
    await asyncio.sleep(0)
    queues.offer(ARN, task("a"))
    assert task("a") in (await late, queues.take(ARN))


async def test_all_can_be_sent_home() -> None:
    queues = ActivityQueues()
    workers = [asyncio.create_task(queues.take_or_wait(arn, 60)) for arn in (ARN, ARN, "another")]
    await turn()
    queues.wake_all()
    assert await asyncio.gather(*workers) == [None, None, None]


async def test_workers_that_left_are_forgotten() -> None:
    queues = ActivityQueues()
    for _ in range(100):
        assert await queues.take_or_wait(ARN, 0) is None
    assert not any(queues._workers.values())
