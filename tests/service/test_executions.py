"""Executions: each is started once; its description, and lists and histories page by page."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from statemachine.core.limits import PAYLOAD_BYTES_MAX
from statemachine.tasks.kind import Succeeded
from statemachine.testing import START, InMemoryServer, in_memory_server
from tests.engine.definitions import FAIL, PASS, ROLE, machine, mapped, passes, task, wait
from tests.service.refusals import refusal

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:m"
ARN = "arn:aws:states:us-east-1:000000000000:execution:m:e"


async def test_a_running_execution_is_described_with_its_input() -> None:
    async with in_memory_server() as server:
        await server.create(wait(10))
        started = await server.ask(
            "StartExecution", state_machine_arn=MACHINE, name="e", input='{ "a" : 1 }', trace_header="Root=1"
        )
        assert started == {"executionArn": ARN, "startDate": START}
        assert await server.describe(ARN) == {
            "executionArn": ARN,
            "stateMachineArn": MACHINE,
            "name": "e",
            "status": "RUNNING",
            "startDate": START,
            "redriveCount": 0,
            "redriveStatus": "NOT_REDRIVABLE",
            "redriveStatusReason": "Execution is RUNNING and cannot be redriven",
            "input": '{ "a" : 1 }',
            "inputDetails": {"included": True},
            "traceHeader": "Root=1",
        }


async def test_a_succeeded_execution_is_described_with_its_output() -> None:
    async with in_memory_server() as server:
        ended = await server.run(PASS, "[ ]")
        assert (ended["status"], ended["stopDate"]) == ("SUCCEEDED", START)
        assert (ended["output"], ended["outputDetails"]) == ("[ ]", {"included": True})
        assert ended["redriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"
        bare = await server.ask("DescribeExecution", execution_arn=ended["executionArn"], included_data="METADATA_ONLY")
        assert not {"input", "inputDetails", "output", "outputDetails"} & bare.keys()


async def test_a_failed_execution_is_described_with_its_error() -> None:
    async with in_memory_server() as server:
        ended = await server.run(FAIL)
        assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "Broken", "on purpose")
        assert ended["redriveStatus"] == "REDRIVABLE"
        assert "redriveStatusReason" not in ended
        assert "output" not in ended


async def test_name_and_input_have_defaults() -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        first, second = [await server.ask("StartExecution", state_machine_arn=arn) for _ in range(2)]
        assert first["executionArn"] != second["executionArn"]
        assert (await server.describe(first["executionArn"]))["input"] == "{}"


async def test_the_same_start_of_a_running_execution_has_the_same_answer() -> None:
    async with in_memory_server() as server:
        await server.create(wait(10))
        await server.start(MACHINE, "[1]", "e")
        server.clock.now += 5
        again = await server.ask("StartExecution", state_machine_arn=MACHINE, name="e", input="[1]")
        assert again == {"executionArn": ARN, "startDate": START}
        assert await server.types(ARN) == ["ExecutionStarted", "WaitStateEntered"]


async def test_concurrent_starts_with_one_name_create_one_execution() -> None:
    async with in_memory_server() as server:
        await server.create(wait(10))
        assert set(await asyncio.gather(*(server.start(MACHINE, "1", "e") for _ in range(20)))) == {ARN}


@pytest.mark.parametrize(("input", "ended"), [("[ 1 ]", False), ("[2]", False), ("[1]", True), ("[2]", True)])
async def test_any_other_use_of_a_taken_name_is_refused(input: str, ended: bool) -> None:
    async with in_memory_server() as server:
        await server.create(wait(10))
        await server.start(MACHINE, "[1]", "e")
        if ended:
            await server.advance(10)
            await server.ended(ARN)
        refused = await refusal(server.start(MACHINE, input, "e"))
        assert (refused.code, refused.message) == ("ExecutionAlreadyExists", f"Execution Already Exists: '{ARN}'")
        assert (await server.describe(ARN))["input"] == "[1]"


INVALID = "Invalid State Machine Execution Input: "


@pytest.mark.parametrize(
    ("input", "message"),
    [
        ("", f"{INVALID}'Invalid execution input.'"),
        (
            "not some json",
            f"{INVALID}'Unrecognized token 'not': "
            "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')'",
        ),
        (
            "{'not': 'json'",
            f"{INVALID}'Unexpected character (''' (code 39)): was expecting double-quote to start field name'",
        ),
        (
            '"' + "ä" * (PAYLOAD_BYTES_MAX // 2) + '"',
            f"{INVALID}'The input exceeds the maximum of {PAYLOAD_BYTES_MAX} bytes.'",
        ),
        ("[" * 101 + "]" * 101, f"{INVALID}'Nesting is deeper than 100'"),
        ("NaN", None),
        ('{"a":1,"a":2}', f"{INVALID}'Duplicate field 'a''"),
        ('"\\ud800"', f"{INVALID}'Lone surrogate in a string'"),
        ("9" * 402, None),
    ],
)
async def test_a_bad_input_is_refused(input: str, message: str | None) -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        refused = await refusal(server.start(arn, input))
        assert refused.code == "InvalidExecutionInput"
        assert message in (None, refused.message)
        assert refused.members["pointer"] == "/input"
        assert server.store.scan("e/") == []


@pytest.mark.parametrize(
    "input",
    [
        "1",
        "null",
        '""',
        "9" * 400,
        "-" + "9" * 400,
        '{ "n" : [ 1.0, 1e2, -0, 0.1 ] }',
        '"\\ud83d\\ude00 \\u00e4"',
        "[" * 100 + "]" * 100,
        '"' + "x" * (PAYLOAD_BYTES_MAX - 2) + '"',
        '{\n\t"tab" : "\\t" }',
    ],
)
async def test_an_input_is_kept_to_the_letter(input: str) -> None:
    async with in_memory_server() as server:
        ended = await server.run(passes(3), input)
        assert ended["output"] == ended["input"] == input


async def test_large_integers_survive_being_picked_out() -> None:
    definition = {"StartAt": "P", "States": {"P": {"Type": "Pass", "OutputPath": "$.big", "End": True}}}
    async with in_memory_server() as server:
        ended = await server.run(definition, '{"big": %s}' % ("7" * 400))
        assert ended["output"] == "7" * 400


@pytest.mark.parametrize("name", ["a b", "", "a" * 81, "a/b"])
async def test_a_bad_name_is_refused(name: str) -> None:
    async with in_memory_server() as server:
        assert (await refusal(server.start(await server.create(PASS), name=name))).code == "InvalidName"


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("nonsense", "InvalidArn"),
        ("arn:aws:states:us-east-1:000000000000:execution:m", "InvalidArn"),
        (MACHINE, "InvalidArn"),
        ("arn:aws:lambda:us-east-1:000000000000:function:f", "InvalidArn"),
        (f"{ARN}2", "ExecutionDoesNotExist"),
        (ARN.replace("us-", "eu-"), "ExecutionDoesNotExist"),
        (ARN.replace("000000000000", "000000000001"), "ExecutionDoesNotExist"),
        (ARN.replace(":m:", ":n:"), "ExecutionDoesNotExist"),
    ],
)
async def test_only_its_own_arn_finds_an_execution(arn: str, code: str) -> None:
    async with in_memory_server() as server:
        await server.start(await server.create(wait(10)), name="e")
        for action in (
            "DescribeExecution",
            "GetExecutionHistory",
            "StopExecution",
            "DescribeStateMachineForExecution",
        ):
            assert (await refusal(server.ask(action, execution_arn=arn))).code == code
        assert (await server.describe(ARN))["status"] == "RUNNING"


async def test_stopping_twice_changes_nothing_more() -> None:
    async with in_memory_server() as server:
        await server.start(await server.create(wait(10)), name="e")
        first = await server.ask("StopExecution", execution_arn=ARN, error="E", cause="C")
        server.clock.now += 5
        assert await server.ask("StopExecution", execution_arn=ARN, error="other") == first == {"stopDate": START}
        stopped = await server.describe(ARN)
        assert (stopped["status"], stopped["error"], stopped["cause"]) == ("ABORTED", "E", "C")
        assert await server.types(ARN) == ["ExecutionStarted", "WaitStateEntered", "ExecutionAborted"]


async def test_stopping_an_ended_execution_needs_no_write() -> None:
    async with in_memory_server() as server:
        ended = await server.run(PASS)
        await server.engine.drain()
        assert await server.ask("StopExecution", execution_arn=ended["executionArn"]) == {"stopDate": ended["stopDate"]}


async def started(server: InMemoryServer, count: int) -> None:
    """Executions e0, e1, …, each a second younger than the one before. All wait."""
    await server.create(wait(3600), "m")
    for number in range(count):
        server.clock.now += 1
        await server.start(MACHINE, name=f"e{number}")


async def listed(server: InMemoryServer, **members: Any) -> list[str]:
    """The names on all pages."""
    names: list[str] = []
    token = None
    while True:
        page = await server.ask("ListExecutions", state_machine_arn=MACHINE, next_token=token, **members)
        names += [item["name"] for item in page["executions"]]
        token = page.get("nextToken")
        if token is None:
            return names


@pytest.mark.parametrize("size", [None, 1, 2, 3, 6, 7, 1000])
async def test_executions_are_listed_newest_first_on_pages_of_any_size(size: int | None) -> None:
    async with in_memory_server() as server:
        await started(server, 7)
        assert await listed(server, max_results=size) == [f"e{number}" for number in range(6, -1, -1)]


async def test_a_page_is_followed_by_the_next_though_more_have_started() -> None:
    async with in_memory_server() as server:
        await started(server, 4)
        first = await server.ask("ListExecutions", state_machine_arn=MACHINE, max_results=2)
        server.clock.now += 1
        await server.start(MACHINE, name="late")
        second = await server.ask(
            "ListExecutions", state_machine_arn=MACHINE, max_results=2, next_token=first["nextToken"]
        )
        assert [item["name"] for item in second["executions"]] == ["e1", "e0"]
        assert "nextToken" not in second


async def test_executions_are_listed_by_status() -> None:
    async with in_memory_server() as server:
        await started(server, 5)
        for number in (1, 3):
            await server.ask("StopExecution", execution_arn=f"{ARN}{number}")
        for size in (None, 1, 2):
            assert await listed(server, status_filter="ABORTED", max_results=size) == ["e3", "e1"]
            assert await listed(server, status_filter="RUNNING", max_results=size) == ["e4", "e2", "e0"]
            assert await listed(server, status_filter="FAILED", max_results=size) == []


async def test_a_list_shows_the_dates_and_the_status() -> None:
    async with in_memory_server() as server:
        await started(server, 1)
        await server.ask("StopExecution", execution_arn=f"{ARN}0")
        page = await server.ask("ListExecutions", state_machine_arn=MACHINE)
        assert page == {
            "executions": [
                {
                    "executionArn": f"{ARN}0",
                    "stateMachineArn": MACHINE,
                    "name": "e0",
                    "status": "ABORTED",
                    "startDate": START + 1,
                    "stopDate": START + 1,
                    "redriveCount": 0,
                }
            ]
        }


async def test_a_page_token_belongs_to_one_list() -> None:
    async with in_memory_server() as server:
        await started(server, 3)
        token = (await server.ask("ListExecutions", state_machine_arn=MACHINE, max_results=1))["nextToken"]
        assert (await server.ask("ListExecutions", state_machine_arn=MACHINE, max_results=2, next_token=token))[
            "executions"
        ]
        other = server.ask("ListExecutions", state_machine_arn=MACHINE, status_filter="RUNNING", next_token=token)
        assert (await refusal(other)).code == "InvalidToken"
        history = server.ask("GetExecutionHistory", execution_arn=f"{ARN}0", next_token=token)
        assert (await refusal(history)).code == "InvalidToken"


async def test_a_list_needs_a_state_machine() -> None:
    async with in_memory_server() as server:
        assert (await refusal(server.ask("ListExecutions"))).code == "ValidationException"
        assert (
            await refusal(server.ask("ListExecutions", state_machine_arn=MACHINE))
        ).code == "StateMachineDoesNotExist"
        assert (await refusal(server.ask("ListExecutions", state_machine_arn=ARN))).code == "InvalidArn"


async def test_state_machines_do_not_list_each_others_executions() -> None:
    async with in_memory_server() as server:
        for name in ("m", "m2", "m-m"):
            await server.start(await server.create(PASS, name), name=f"of-{name}")
        assert await listed(server) == ["of-m"]
        assert await listed(server, status_filter="SUCCEEDED") == ["of-m"]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("size", [1, 3, 100, 1000])
async def test_a_history_is_read_page_by_page_in_either_order(size: int, reverse: bool) -> None:
    """Over several chunks: one for each group of the execution."""
    async with in_memory_server() as server:
        await server.start(await server.create(mapped(task())), "[1, 2, 3, 4, 5]", "e")
        await server.task(4)
        for number in range(5):
            server.tasks.answer(server.tasks.started[number], Succeeded("0"))
            await server.settle()
        await server.ended(ARN)
        assert len(server.store.scan("e/m:e/hist/")) > 3
        ids: list[int] = []
        token = None
        while True:
            page = await server.ask(
                "GetExecutionHistory", execution_arn=ARN, max_results=size, reverse_order=reverse, next_token=token
            )
            assert len(page["events"]) <= size
            ids += [event["id"] for event in page["events"]]
            token = page.get("nextToken")
            if token is None:
                break
        count = len(await server.events(ARN))
        assert ids == ([*range(count, 0, -1)] if reverse else [*range(1, count + 1)])


async def test_a_history_without_execution_data_has_no_inputs() -> None:
    async with in_memory_server() as server:
        await server.start(await server.create(PASS), "[1]", "e")
        await server.ended(ARN)
        full, bare = [
            (await server.ask("GetExecutionHistory", execution_arn=ARN, include_execution_data=shown))["events"][0]
            for shown in (True, False)
        ]
        assert full["executionStartedEventDetails"] == {
            "input": "[1]",
            "inputDetails": {"truncated": False},
            "roleArn": ROLE,
        }
        assert bare["executionStartedEventDetails"] == {"roleArn": ROLE}
        assert full["timestamp"] == START


async def test_open_executions_max_is_enforced() -> None:
    async with in_memory_server(open_executions_max=1) as server:
        machine = await server.create(wait(10))
        first = await server.start(machine)
        refused = await refusal(server.ask("StartExecution", state_machine_arn=machine))
        assert refused.code == "ExecutionLimitExceeded"
        assert refused.detail == f"{refused.message} (open_executions_max = 1)"
        await server.ask("StopExecution", execution_arn=first)
        await server.start(machine)


async def test_delayed_executions_are_open_too() -> None:
    async with in_memory_server(open_executions_max=1) as server:
        machine = await server.create(PASS)
        await server.ask("StartExecution", state_machine_arn=machine, start_at=server.clock() + 10)
        assert (await refusal(server.start(machine))).code == "ExecutionLimitExceeded"
        await server.advance(10)
        await server.start(machine)


@pytest.mark.parametrize("reverse", [False, True])
async def test_a_page_of_large_events_is_shorter_and_has_a_token(reverse: bool) -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create(passes(10)), json.dumps("x" * 200_000))
        await server.ended(arn)
        ids: list[int] = []
        token = None
        pages = 0
        while token is not None or not ids:
            page = await server.ask(
                "GetExecutionHistory", execution_arn=arn, max_results=1000, reverse_order=reverse, next_token=token
            )
            assert 1 <= len(page["events"]) <= 6
            ids += [event["id"] for event in page["events"]]
            token, pages = page.get("nextToken"), pages + 1
        assert ids == sorted(range(1, 23), reverse=reverse)
        assert pages > 3


@pytest.mark.parametrize("name", ["States.TaskFailed", "States.ALL"])
async def test_a_task_of_a_kind_that_is_not_built_can_be_caught(name: str) -> None:
    unbuilt = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {}, "End": True}
    definition = machine(Q=unbuilt | {"Catch": [{"ErrorEquals": [name], "Next": "P"}]}, P={"Type": "Pass", "End": True})
    async with in_memory_server() as server:
        ended = await server.ended(await server.start(await server.create(definition)))
        assert json.loads(ended["output"]) == {
            "Error": "States.TaskFailed",
            "Cause": "This server has no kind of task for the resource arn:aws:states:::sqs:sendMessage",
        }
