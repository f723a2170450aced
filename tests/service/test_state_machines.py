"""State machines: creating one again, changing and deleting it, and the executions of a deleted one."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from statemachine.engine import commits
from statemachine.host import NotDurable
from statemachine.service.limits import TEXTS
from statemachine.service.state_machines import delete
from statemachine.store.interface import StoreFull
from statemachine.testing import START, InMemoryServer, in_memory_server
from tests.engine.definitions import FAIL, PASS, ROLE, machine, task, wait
from tests.service.refusals import refusal
from tests.store.unreliable_store import UnreliableStore

TEXT = json.dumps(PASS)
DESTINATION = {"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:us-east-1:000000000000:log-group:g:*"}}
LOGGING = {"level": "ALL", "includeExecutionData": True, "destinations": [DESTINATION]}
OTHER_ROLE = "arn:aws:iam::000000000000:role/other"
ARN = "arn:aws:states:us-east-1:000000000000:stateMachine:m"


def create(server: InMemoryServer, **members: Any) -> Any:
    return server.ask("CreateStateMachine", **{"name": "m", "definition": TEXT, "role_arn": ROLE} | members)


async def test_a_state_machine_is_described_as_it_was_sent() -> None:
    async with in_memory_server() as server:
        text = '{ "StartAt":"P",\n"States":{"P":{"Type":"Pass","End":true}}}'
        assert await create(server, definition=text) == {"stateMachineArn": ARN, "creationDate": START}
        assert await server.ask("DescribeStateMachine", state_machine_arn=ARN) == {
            "stateMachineArn": ARN,
            "name": "m",
            "status": "ACTIVE",
            "definition": text,
            "roleArn": ROLE,
            "type": "STANDARD",
            "creationDate": START,
            "loggingConfiguration": {"level": "OFF", "includeExecutionData": False},
            "tracingConfiguration": {"enabled": False},
            "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
        }
        bare = await server.ask("DescribeStateMachine", state_machine_arn=ARN, included_data="METADATA_ONLY")
        assert "definition" not in bare


READS = machine(
    A={"Type": "Pass", "Assign": {"total": 1, "rate.$": "$.rate"}, "Next": "B"},
    B={
        "Type": "Map",
        "ItemsPath": "$items",
        "ItemSelector": {"x.$": "States.MathAdd($total, $rate)"},
        "ItemProcessor": {
            "StartAt": "C",
            "States": {
                "C": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $total * $rate %}", "Next": "D"},
                "D": {"Type": "Pass", "End": True},
            },
        },
        "End": True,
    },
)
REFERENCES = {"B": ["items", "rate", "total"], "C": ["rate", "total"]}


async def test_a_description_names_the_variables_that_states_read() -> None:
    async with in_memory_server() as server:
        await create(server, definition=json.dumps(READS))
        described = await server.ask("DescribeStateMachine", state_machine_arn=ARN)
        assert described["variableReferences"] == REFERENCES
        bare = await server.ask("DescribeStateMachine", state_machine_arn=ARN, included_data="METADATA_ONLY")
        assert "variableReferences" not in bare


async def test_a_revision_keeps_the_variables_of_its_definition() -> None:
    async with in_memory_server() as server:
        await create(server, definition=json.dumps(wait(60)))
        execution = await server.start(ARN)
        assert "variableReferences" not in await server.ask("DescribeStateMachine", state_machine_arn=ARN)
        await server.ask("UpdateStateMachine", state_machine_arn=ARN, definition=json.dumps(READS))
        await server.ask("UpdateStateMachine", state_machine_arn=ARN, role_arn=OTHER_ROLE)
        assert (await server.ask("DescribeStateMachine", state_machine_arn=ARN))["variableReferences"] == REFERENCES
        begun = await server.ask("DescribeStateMachineForExecution", execution_arn=execution)
        assert "variableReferences" not in begun


async def test_the_description_for_an_execution_names_the_variables() -> None:
    async with in_memory_server() as server:
        await create(server, definition=json.dumps(READS))
        execution = await server.start(ARN)
        begun = await server.ask("DescribeStateMachineForExecution", execution_arn=execution)
        assert begun["variableReferences"] == REFERENCES


@pytest.mark.parametrize("again", [{}, {"role_arn": OTHER_ROLE}, {"tags": [{"key": "k", "value": "v"}]}])
async def test_the_same_request_again_is_answered_as_before(again: dict[str, Any]) -> None:
    async with in_memory_server() as server:
        first = await create(server)
        server.clock.now += 100
        assert await create(server, **again) == first
        assert (await server.ask("DescribeStateMachine", state_machine_arn=ARN))["roleArn"] == ROLE


@pytest.mark.parametrize(
    "again",
    [
        {"definition": json.dumps(PASS, indent=1)},
        {"definition": json.dumps(FAIL)},
        {"type": "EXPRESS"},
        {"logging_configuration": LOGGING},
        {"tracing_configuration": {"enabled": True}},
    ],
)
async def test_the_same_name_for_something_else_is_refused(again: dict[str, Any]) -> None:
    async with in_memory_server() as server:
        await create(server)
        refused = await refusal(create(server, **again))
        assert refused.code == "StateMachineAlreadyExists"
        assert refused.message == f"State Machine Already Exists: '{ARN}'"


async def test_concurrent_requests_create_one_state_machine() -> None:
    async with in_memory_server() as server:
        made = await asyncio.gather(*(create(server) for _ in range(5)))
        assert all(answer == made[0] for answer in made)
        assert len(server.store.scan("m/rev/")) == 1


@pytest.mark.parametrize(
    ("members", "code", "message"),
    [
        ({"name": "a b"}, "InvalidName", "Invalid Name: 'a b'"),
        ({"role_arn": "nobody"}, "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: nobody'"),
        ({"role_arn": "arn:aws:iam::1:user/x"}, "InvalidArn", "Invalid Role Arn: 'arn:aws:iam::1:user/x'"),
        (
            {"definition": '{"StartAt": "P"}'},
            "InvalidDefinition",
            "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'",
        ),
    ],
)
async def test_a_bad_request_registers_nothing(members: dict[str, Any], code: str, message: str) -> None:
    async with in_memory_server() as server:
        refused = await refusal(create(server, **members))
        assert (refused.code, refused.message) == (code, message)
        assert server.store.scan("m/") == []


async def test_state_machines_max_is_enforced() -> None:
    async with in_memory_server(state_machines_max=1) as server:
        await create(server)
        await create(server)
        refused = await refusal(create(server, name="n"))
        assert (refused.code, refused.message) == ("StateMachineLimitExceeded", TEXTS["StateMachineLimitExceeded"])
        assert refused.detail == f"{refused.message} (state_machines_max = 1)"


async def test_names_of_any_script() -> None:
    async with in_memory_server() as server:
        arn = await server.create(PASS, "Prüfung-日本")
        execution = await server.start(arn, name="läuft")
        assert execution.endswith(":execution:Prüfung-日本:läuft")
        assert (await server.ended(execution))["status"] == "SUCCEEDED"


async def test_a_change_makes_a_revision_and_no_change_makes_none() -> None:
    async with in_memory_server() as server:
        await create(server)
        unchanged = await server.ask("UpdateStateMachine", state_machine_arn=ARN, definition=TEXT)
        assert unchanged == {"updateDate": START, "revisionId": "INITIAL"}
        assert "revisionId" not in await server.ask("DescribeStateMachine", state_machine_arn=ARN)
        server.clock.now += 5
        changed = await server.ask("UpdateStateMachine", state_machine_arn=ARN, definition=json.dumps(FAIL))
        assert changed["updateDate"] == START + 5
        assert (await server.ask("DescribeStateMachine", state_machine_arn=ARN))["revisionId"] == changed["revisionId"]
        server.clock.now += 5
        assert await server.ask("UpdateStateMachine", state_machine_arn=ARN, definition=json.dumps(FAIL)) == changed
        role = await server.ask("UpdateStateMachine", state_machine_arn=ARN, role_arn=OTHER_ROLE)
        assert role["revisionId"] != changed["revisionId"]
        described = await server.ask("DescribeStateMachine", state_machine_arn=ARN)
        assert (described["roleArn"], described["definition"]) == (OTHER_ROLE, json.dumps(FAIL))


async def test_running_executions_keep_what_they_began_with() -> None:
    async with in_memory_server() as server:
        arn = await server.create(task())
        running = await server.start(arn)
        await server.ask("UpdateStateMachine", state_machine_arn=arn, definition=json.dumps(FAIL))
        assert (await server.ended(await server.start(arn)))["status"] == "FAILED"
        began = await server.ask("DescribeStateMachineForExecution", execution_arn=running)
        assert json.loads(began["definition"]) == task()
        assert (await server.describe(running))["status"] == "RUNNING"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({}, "MissingRequiredParameter"),
        ({"publish": True, "version_description": "d"}, "MissingRequiredParameter"),
        ({"definition": "{}"}, "InvalidDefinition"),
        ({"role_arn": "nobody"}, "InvalidArn"),
    ],
)
async def test_a_bad_update_is_refused(members: dict[str, Any], code: str) -> None:
    async with in_memory_server() as server:
        await create(server)
        assert (await refusal(server.ask("UpdateStateMachine", state_machine_arn=ARN, **members))).code == code
        missing = server.ask("UpdateStateMachine", state_machine_arn=f"{ARN}2", definition=TEXT)
        assert (await refusal(missing)).code == "StateMachineDoesNotExist"


@pytest.mark.parametrize(
    ("arn", "code", "message"),
    [
        ("m", "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: m'"),
        (f"{ARN}x", "StateMachineDoesNotExist", f"State Machine Does Not Exist: '{ARN}x'"),
        (f"{ARN}:1", "StateMachineDoesNotExist", f"State Machine Does Not Exist: '{ARN}:1'"),
        (ARN.replace("us-", "eu-"), "StateMachineDoesNotExist", None),
        (ARN.replace("stateMachine", "activity"), "InvalidArn", None),
    ],
)
async def test_only_its_own_arn_finds_a_state_machine(arn: str, code: str, message: str | None) -> None:
    async with in_memory_server() as server:
        await create(server)
        refused = await refusal(server.ask("DescribeStateMachine", state_machine_arn=arn))
        assert refused.code == code
        assert message in (None, refused.message)


async def test_deleting_what_does_not_exist_is_no_error_unless_it_must_exist() -> None:
    async with in_memory_server() as server:
        assert await server.ask("DeleteStateMachine", state_machine_arn=ARN) == {}
        missing = server.ask("DeleteStateMachine", state_machine_arn=ARN, must_exist=True)
        assert (await refusal(missing)).code == "StateMachineDoesNotExist"
        await create(server)
        assert await server.ask("DeleteStateMachine", state_machine_arn=ARN, must_exist=True) == {}


async def test_registering_has_a_default_role_and_tells_the_revision() -> None:
    async with in_memory_server() as server:
        registered = await server.ask("RegisterStateMachine", name="m", definition=TEXT)
        described = await server.ask("DescribeStateMachine", state_machine_arn=ARN, tell_revision=True)
        assert (described["roleArn"], described["revisionId"]) == (ROLE, registered["revisionId"])
        assert await server.ask("RegisterStateMachine", name="m", definition=TEXT) == registered
        unchanged = await server.ask("UpdateStateMachine", state_machine_arn=ARN, definition=TEXT, tell_revision=True)
        assert unchanged["revisionId"] == registered["revisionId"]
        await server.ask("RegisterStateMachine", name="n", definition=TEXT, role_arn=OTHER_ROLE)
        other = await server.ask("DescribeStateMachine", state_machine_arn=ARN[:-1] + "n")
        assert other["roleArn"] == OTHER_ROLE


async def test_a_configuration_without_members_changes_nothing() -> None:
    async with in_memory_server() as server:
        await create(server, logging_configuration=LOGGING)
        changed = await server.ask("UpdateStateMachine", state_machine_arn=ARN, logging_configuration={})
        assert changed["revisionId"] == "INITIAL"
        assert (await server.ask("DescribeStateMachine", state_machine_arn=ARN))["loggingConfiguration"] == LOGGING


async def test_a_deleted_state_machine_is_gone() -> None:
    async with in_memory_server() as server:
        execution = (await server.run(PASS))["executionArn"]
        await server.ask("DeleteStateMachine", state_machine_arn=ARN)
        assert (await refusal(server.start(ARN))).code == "StateMachineDoesNotExist"
        assert (await server.describe(execution))["status"] == "SUCCEEDED"
        began = server.ask("DescribeStateMachineForExecution", execution_arn=execution)
        assert (await refusal(began)).code == "StateMachineDoesNotExist"
        await server.create(FAIL)
        assert (await server.ended(await server.start(ARN)))["status"] == "FAILED"


async def test_a_state_machine_is_deleting_until_its_executions_are_stopped() -> None:
    async with in_memory_server() as server:
        await server.create(wait(60))
        running = await asyncio.gather(*(server.start(ARN) for _ in range(150)))
        await server.ask("DeleteStateMachine", state_machine_arn=ARN)
        assert (await server.ask("DescribeStateMachine", state_machine_arn=ARN))["status"] == "DELETING"
        assert (await refusal(server.start(ARN))).code == "StateMachineDeleting"
        assert (await refusal(create(server))).code == "StateMachineDeleting"
        await server.ask("DeleteStateMachine", state_machine_arn=ARN)
        await server.until(lambda: not len(server.parts.machines))
        assert {(await server.describe(arn))["status"] for arn in running} == {"ABORTED"}
        await create(server)


async def test_a_deletion_that_cannot_be_written_has_not_begun() -> None:
    store = UnreliableStore()
    async with in_memory_server(store) as server:
        await server.create(wait(60))
        execution = await server.start(ARN)
        store.fail(StoreFull("disk full"))
        with pytest.raises(NotDurable):
            await server.ask("DeleteStateMachine", state_machine_arn=ARN)
        assert (await server.ask("DescribeStateMachine", state_machine_arn=ARN))["status"] == "ACTIVE"
        assert (await server.describe(execution))["status"] == "RUNNING"


async def test_a_deletion_that_has_begun_is_tried_again_until_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delete, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(commits, "RETRY_SECONDS", 0.0)
    store = UnreliableStore()
    async with in_memory_server(store) as server:
        await server.create(wait(60))
        execution = await server.start(ARN)
        store.fail(StoreFull("disk full"), after=1)
        await server.ask("DeleteStateMachine", state_machine_arn=ARN)
        await server.until(lambda: store.failed > 2)
        assert (await server.describe(execution))["status"] == "RUNNING"
        store.recover()
        await server.until(lambda: not len(server.parts.machines))
        assert (await server.describe(execution))["status"] == "ABORTED"


async def test_state_machines_are_listed_by_name_page_by_page() -> None:
    async with in_memory_server() as server:
        for name in ("c", "a", "b", "é", "B"):
            await server.create(PASS, name)
        names: list[str] = []
        token = None
        for size in (2, 2, 1):
            page = await server.ask("ListStateMachines", max_results=2, next_token=token)
            assert len(page["stateMachines"]) == size
            names += [listed["name"] for listed in page["stateMachines"]]
            token = page.get("nextToken")
        assert names == ["B", "a", "b", "c", "é"]
        assert token is None
        listed = (await server.ask("ListStateMachines"))["stateMachines"][1]
        assert listed == {
            "stateMachineArn": ARN.replace(":m", ":a"), "name": "a", "type": "STANDARD", "creationDate": START,
        }  # fmt: skip
        assert (await refusal(server.ask("ListStateMachines", next_token="x"))).code == "InvalidToken"


async def test_an_express_state_machine_can_be_created_and_not_started() -> None:
    async with in_memory_server() as server:
        arn = (await create(server, type="EXPRESS"))["stateMachineArn"]
        assert (await server.ask("DescribeStateMachine", state_machine_arn=arn))["type"] == "EXPRESS"
        assert (await refusal(server.start(arn))).code == "StateMachineTypeNotSupported"


async def test_an_execution_accepted_before_a_delete_is_stopped_by_it() -> None:
    async with in_memory_server() as server:
        arn = await server.create(wait(1000))
        started, _ = await asyncio.gather(
            server.start(arn, name="x"), server.ask("DeleteStateMachine", state_machine_arn=arn)
        )
        await server.until(lambda: server.parts.machines.get("m") is None)
        assert (await server.describe(started))["status"] == "ABORTED"


async def test_nothing_is_started_or_changed_while_a_state_machine_is_deleted() -> None:
    async with in_memory_server() as server:
        arn = await server.create(wait(1000))
        await server.start(arn)
        deleting = asyncio.create_task(server.ask("DeleteStateMachine", state_machine_arn=arn))
        await asyncio.sleep(0)
        for call in (
            server.start(arn),
            server.ask("UpdateStateMachine", state_machine_arn=arn, definition=json.dumps(PASS)),
        ):
            assert (await refusal(call)).code in ("StateMachineDeleting", "StateMachineDoesNotExist")
        await deleting
