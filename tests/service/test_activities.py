"""Activities and their workers: each task goes to one worker that is still there."""

from __future__ import annotations

import asyncio

import pytest

from statemachine.engine import commits, writer
from statemachine.host import NotDurable, Unavailable
from statemachine.service.limits import TEXTS
from statemachine.store.interface import StoreFull
from statemachine.store.memory import MemoryStore
from statemachine.testing import START, InMemoryServer, in_memory_server
from tests.engine.definitions import ACTIVITY, task
from tests.service.refusals import refusal
from tests.store.unreliable_store import UnreliableStore

WORK = task(ACTIVITY)


async def with_work(server: InMemoryServer, *inputs: str) -> list[str]:
    """Executions that wait for a worker; their ARNs."""
    await server.ask("CreateActivity", name="work")
    machine_arn = await server.create(WORK)
    return [await server.start(machine_arn, input) for input in inputs]


async def test_an_activity_is_created_once_described_and_deleted() -> None:
    async with in_memory_server() as server:
        made = await server.ask("CreateActivity", name="work", tags=[{"key": "k", "value": "v"}])
        assert made == {"activityArn": ACTIVITY, "creationDate": START}
        server.clock.now += 1
        assert await server.ask("CreateActivity", name="work") == made
        assert await server.ask("DescribeActivity", activity_arn=ACTIVITY) == {
            "activityArn": ACTIVITY,
            "name": "work",
            "creationDate": START,
            "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
        }
        for _ in range(2):
            assert await server.ask("DeleteActivity", activity_arn=ACTIVITY) == {}
        missing = await refusal(server.ask("DescribeActivity", activity_arn=ACTIVITY))
        assert missing.code == "ActivityDoesNotExist"
        assert missing.message == f"Activity Does Not Exist: '{ACTIVITY}'"


async def test_deleting_an_activity_that_must_exist() -> None:
    async with in_memory_server() as server:
        await server.ask("CreateActivity", name="work")
        assert await server.ask("DeleteActivity", activity_arn=ACTIVITY, must_exist=True) == {}
        missing = server.ask("DeleteActivity", activity_arn=ACTIVITY, must_exist=True)
        assert (await refusal(missing)).code == "ActivityDoesNotExist"


async def test_activities_outlive_the_process() -> None:
    store = UnreliableStore()
    async with in_memory_server(store) as before:
        await before.ask("CreateActivity", name="work")
        await before.ask("CreateActivity", name="other")
        await before.ask("DeleteActivity", activity_arn=ACTIVITY)
    async with in_memory_server(store) as after:
        assert [activity.name for activity in after.parts.activities] == ["other"]


@pytest.mark.parametrize("name", ["a b", "", "x" * 81])
async def test_a_bad_name_is_refused(name: str) -> None:
    async with in_memory_server() as server:
        assert (await refusal(server.ask("CreateActivity", name=name))).code == "InvalidName"


async def test_activities_max_is_enforced() -> None:
    async with in_memory_server(activities_max=1) as server:
        await server.ask("CreateActivity", name="work")
        await server.ask("CreateActivity", name="work")
        refused = await refusal(server.ask("CreateActivity", name="x"))
        assert (refused.code, refused.message) == ("ActivityLimitExceeded", TEXTS["ActivityLimitExceeded"])
        assert refused.detail == f"{refused.message} (activities_max = 1)"


async def test_activities_are_listed_by_name_page_by_page() -> None:
    async with in_memory_server() as server:
        for name in "cab":
            await server.ask("CreateActivity", name=name)
        first = await server.ask("ListActivities", max_results=2)
        second = await server.ask("ListActivities", max_results=2, next_token=first["nextToken"])
        assert [item["name"] for item in first["activities"]] == ["a", "b"]
        assert second == {
            "activities": [{"activityArn": ACTIVITY.replace("work", "c"), "name": "c", "creationDate": START}]
        }
        assert (await refusal(server.ask("ListActivities", max_results=2, next_token="x"))).code == "InvalidToken"


async def test_each_task_goes_to_one_worker_in_order() -> None:
    async with in_memory_server() as server:
        arns = await with_work(server, "1", "2", "3")
        tasks = [await server.ask("GetActivityTask", activity_arn=ACTIVITY, worker_name="w") for _ in range(3)]
        assert [given["input"] for given in tasks] == ["1", "2", "3"]
        events = await server.events(arns[0])
        assert events[-1]["type"] == "ActivityStarted"
        assert events[-1]["activityStartedEventDetails"] == {"workerName": "w"}


async def test_waiting_workers_get_new_tasks_in_order() -> None:
    async with in_memory_server() as server:
        await server.ask("CreateActivity", name="work")
        workers = [asyncio.create_task(server.ask("GetActivityTask", activity_arn=ACTIVITY)) for _ in range(3)]
        await asyncio.sleep(0)
        await with_work(server, "1", "2", "3")
        assert [given["input"] for given in await asyncio.gather(*workers)] == ["1", "2", "3"]


async def test_a_poll_without_a_task_ends_empty() -> None:
    async with in_memory_server(poll_seconds=0.01) as server:
        await server.ask("CreateActivity", name="work")
        assert await server.ask("GetActivityTask", activity_arn=ACTIVITY) == {}


async def test_pollers_max_is_enforced() -> None:
    async with in_memory_server(pollers_max=1) as server:
        await server.ask("CreateActivity", name="work")
        poll = asyncio.create_task(server.ask("GetActivityTask", activity_arn=ACTIVITY))
        await asyncio.sleep(0)
        one_more = server.ask("GetActivityTask", activity_arn=ACTIVITY)
        assert (await refusal(one_more)).code == "ActivityWorkerLimitExceeded"
        poll.cancel()
        await asyncio.wait([poll])
        await with_work(server, "1")
        assert (await server.ask("GetActivityTask", activity_arn=ACTIVITY))["input"] == "1"


@pytest.mark.parametrize(("arn", "code"), [("x", "InvalidArn"), (f"{ACTIVITY}2", "ActivityDoesNotExist")])
async def test_only_its_own_arn_finds_an_activity(arn: str, code: str) -> None:
    async with in_memory_server() as server:
        await server.ask("CreateActivity", name="work")
        for action in ("DescribeActivity", "GetActivityTask"):
            assert (await refusal(server.ask(action, activity_arn=arn))).code == code


async def test_a_task_of_a_stopped_execution_is_not_handed_out() -> None:
    async with in_memory_server(poll_seconds=0.01) as server:
        first, second = await with_work(server, "1", "2")
        await server.ask("StopExecution", execution_arn=first)
        assert (await server.ask("GetActivityTask", activity_arn=ACTIVITY))["input"] == "2"
        assert await server.ask("GetActivityTask", activity_arn=ACTIVITY) == {}
        assert (await server.describe(second))["status"] == "RUNNING"


@pytest.mark.parametrize("turns", range(12))
async def test_a_worker_that_leaves_takes_no_task_with_it(turns: int) -> None:
    """Whenever it leaves: while it waits, while its task is being marked as taken, or after."""
    async with in_memory_server(poll_seconds=5) as server:
        await server.ask("CreateActivity", name="work")
        gone = asyncio.create_task(server.ask("GetActivityTask", activity_arn=ACTIVITY))
        await asyncio.sleep(0)
        (arn,) = await with_work(server, "1")
        for _ in range(turns):
            await asyncio.sleep(0)
        gone.cancel()
        await asyncio.wait([gone])
        given = await server.ask("GetActivityTask", activity_arn=ACTIVITY) if gone.cancelled() else gone.result()
        await server.ask("SendTaskSuccess", task_token=given["taskToken"], output="true")
        assert (await server.ended(arn))["status"] == "SUCCEEDED"
        assert (await server.types(arn)).count("ActivityStarted") == 1


async def test_a_task_that_could_not_be_marked_as_taken_is_for_the_next_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commits, "RETRY_SECONDS", 0.0)
    store = UnreliableStore()
    async with in_memory_server(store) as server:
        await with_work(server, "1")
        store.fail(StoreFull("disk full"))
        for _ in range(3):
            with pytest.raises((NotDurable, Unavailable)):
                await server.ask("GetActivityTask", activity_arn=ACTIVITY)
        store.recover()
        await server.until(lambda: server.engine.ready)
        assert (await server.ask("GetActivityTask", activity_arn=ACTIVITY))["input"] == "1"


class UnreadableStore(MemoryStore):
    """A store that cannot be read for a while."""

    unreadable = False

    def get(self, key: str) -> bytes | None:
        if self.unreadable:
            raise StoreFull("foreign lock")
        return super().get(key)


async def test_a_task_that_cannot_be_read_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "LOADED_MAX", 0)
    store = UnreadableStore()
    async with in_memory_server(store) as server:
        await with_work(server, "1")
        await server.settle()
        store.unreadable = True
        with pytest.raises(StoreFull):
            await server.ask("GetActivityTask", activity_arn=ACTIVITY)
        store.unreadable = False
        assert (await server.ask("GetActivityTask", activity_arn=ACTIVITY))["input"] == "1"


async def test_the_task_of_a_deleted_activity_cannot_be_scheduled() -> None:
    async with in_memory_server() as server:
        ended = await server.run(WORK)
        assert (ended["status"], ended["error"]) == ("FAILED", "States.Runtime")
        assert ended["cause"].endswith(f"The activity {ACTIVITY} does not exist.")
        assert await server.types(ended["executionArn"]) == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]
