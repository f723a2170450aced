"""The configurations of state machines: which are taken, how they are shown, and what counts as the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from statemachine.service.state_machines import register
from statemachine.testing import InMemoryServer, in_memory_server
from tests.engine.definitions import FAIL, PASS, ROLE
from tests.service.refusals import refusal

TEXT = json.dumps(PASS)
ARN = "arn:aws:states:us-east-1:000000000000:stateMachine:m"
GROUP = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/g:*"
CUSTOMER = "CUSTOMER_MANAGED_KMS_KEY"


def destination(arn: Any) -> dict[str, Any]:
    return {"cloudWatchLogsLogGroup": {"logGroupArn": arn}}


def create(server: InMemoryServer, **members: Any) -> Any:
    return server.ask("CreateStateMachine", **{"name": "m", "definition": TEXT, "role_arn": ROLE} | members)


SHOWN: list[tuple[str, Any, Any]] = [
    ("loggingConfiguration", {}, {"level": "OFF", "includeExecutionData": False}),
    ("loggingConfiguration", {"level": "OFF"}, {"level": "OFF", "includeExecutionData": False}),
    ("loggingConfiguration", {"level": None, "destinations": []}, {"level": "OFF", "includeExecutionData": False}),
    ("loggingConfiguration", {"level": "ALL", "destinations": [destination(GROUP)]},
     {"level": "ALL", "includeExecutionData": False, "destinations": [destination(GROUP)]}),
    ("loggingConfiguration", {"destinations": [destination(GROUP)]},
     {"level": "OFF", "includeExecutionData": False, "destinations": [destination(GROUP)]}),
    ("tracingConfiguration", {}, {"enabled": False}),
    ("tracingConfiguration", {"enabled": None}, {"enabled": False}),
    ("tracingConfiguration", {"enabled": True}, {"enabled": True}),
    ("encryptionConfiguration", {"type": "AWS_OWNED_KEY", "kmsKeyId": None}, {"type": "AWS_OWNED_KEY"}),
]  # fmt: skip
"""A member of a request, its value, and what is shown (for {}: recorded)."""


@pytest.mark.parametrize(("member", "given", "shown"), SHOWN)
async def test_a_configuration_is_shown_with_its_defaults(member: str, given: Any, shown: Any) -> None:
    async with in_memory_server() as server:
        await create(server, **{member: given})
        assert (await server.ask("DescribeStateMachine", state_machine_arn=ARN))[member] == shown


@pytest.mark.parametrize(("member", "given", "shown"), SHOWN)
async def test_what_is_shown_is_the_same_as_what_was_sent(member: str, given: Any, shown: Any) -> None:
    async with in_memory_server() as server:
        made = await create(server, **{member: given})
        assert await create(server, **{member: shown}) == made
        updated = await server.ask("UpdateStateMachine", stateMachineArn=ARN, definition=TEXT, **{member: shown})
        assert updated["revisionId"] == "INITIAL"


ONE_DESTINATION = "Invalid Logging Configuration: Must specify exactly one Log Destination."
LOG_GROUP = "Invalid Logging Configuration: The logGroupArn must be the ARN of a log group that ends with ':*'."
NO_CUSTOMER_KEY = (
    "This server does not encrypt with a customer's key: leave out 'encryptionConfiguration', or set its type to "
    "AWS_OWNED_KEY"
)
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"loggingConfiguration": {"level": "ALL"}}, "InvalidLoggingConfiguration", ONE_DESTINATION),  # (recorded)
    ({"loggingConfiguration": {"level": "ERROR"}}, "InvalidLoggingConfiguration", ONE_DESTINATION),  # (recorded)
    ({"loggingConfiguration": {"level": "FATAL", "destinations": []}}, "InvalidLoggingConfiguration", ONE_DESTINATION),
    ({"loggingConfiguration": {"level": "OFF", "destinations": [destination(GROUP)] * 2}},
     "InvalidLoggingConfiguration", ONE_DESTINATION),
    *(({"loggingConfiguration": {"level": "ALL", "destinations": [wrong]}}, "InvalidLoggingConfiguration", LOG_GROUP)
      for wrong in (None, {}, {"cloudWatchLogsLogGroup": None}, destination(None), destination("g"),
                    destination(GROUP.removesuffix(":*")), destination(ROLE))),
    ({"encryptionConfiguration": {"type": CUSTOMER}}, "InvalidEncryptionConfiguration",
     "Invalid Encryption Configuration: Must set a valid kmsKeyId."),
    ({"encryptionConfiguration": {"type": "AWS_OWNED_KEY", "kmsKeyId": "k"}}, "InvalidEncryptionConfiguration",
     "Invalid Encryption Configuration: Custom kmsKeyId is not allowed when selecting AWS_OWNED_KEY."),
    ({"encryptionConfiguration": {"type": "AWS_OWNED_KEY", "kmsDataKeyReusePeriodSeconds": 300}},
     "InvalidEncryptionConfiguration", "Invalid Encryption Configuration: Custom kmsDataKeyReusePeriodSeconds is not "
     "allowed when selecting AWS_OWNED_KEY."),
    ({"encryptionConfiguration": {"type": CUSTOMER, "kmsKeyId": "k"}}, "ValidationException", NO_CUSTOMER_KEY),
    ({"encryptionConfiguration": {"kmsKeyId": "k"}}, "ValidationException", "1 validation error detected: Value null "
     "at 'encryptionConfiguration.type' failed to satisfy constraint: Member must not be null"),
    ({"publish": True}, "ValidationException", "This server has no versions yet: leave out 'publish'"),
    ({"publish": True, "versionDescription": "d"}, "ValidationException",
     "This server has no versions yet: leave out 'publish'"),
    ({"versionDescription": "d"}, "ValidationException",
     "Version description can only be set when publish is true"),  # (recorded)
]  # fmt: skip
"""Members of a request; code and text of its refusal."""


@pytest.mark.parametrize(("members", "code", "message"), WRONG)
async def test_a_wrong_configuration_is_refused_and_changes_nothing(
    members: dict[str, Any], code: str, message: str
) -> None:
    async with in_memory_server() as server:
        refused = await refusal(create(server, **members))
        assert (refused.code, refused.message) == (code, message)
        assert server.store.scan("m/") == []
        await create(server)
        before = server.store.scan("")
        update = {"stateMachineArn": ARN, "definition": json.dumps(FAIL), **members}
        refused = await refusal(server.ask("UpdateStateMachine", **update))
        assert (refused.code, refused.message) == (code, message)
        assert server.store.scan("") == before


@pytest.mark.parametrize(
    "encryption", [{"type": "AWS_OWNED_KEY", "kmsKeyId": "k"}, {"type": CUSTOMER}, {"type": CUSTOMER, "kmsKeyId": "k"}]
)
async def test_the_encryption_of_an_activity_is_judged_likewise(encryption: dict[str, Any]) -> None:
    async with in_memory_server() as server:
        expected = await refusal(create(server, encryptionConfiguration=encryption))
        refused = await refusal(server.ask("CreateActivity", name="a", encryptionConfiguration=encryption))
        assert (refused.code, refused.message) == (expected.code, expected.message)
        assert server.store.scan("") == []
        await server.ask("CreateActivity", name="a", encryptionConfiguration={"type": "AWS_OWNED_KEY"})


async def test_a_member_that_asks_for_nothing_is_taken() -> None:
    async with in_memory_server() as server:
        made = await create(server, publish=False, versionDescription="", tags=[])
        assert await create(server) == made
        nothing = {"publish": False, "versionDescription": "", "encryptionConfiguration": {"type": "AWS_OWNED_KEY"}}
        updated = await server.ask("UpdateStateMachine", stateMachineArn=ARN, definition=TEXT, **nothing)
        assert updated["revisionId"] == "INITIAL"


async def test_encryption_is_updated_with_the_definition_only() -> None:
    async with in_memory_server() as server:
        await create(server)
        update = {"stateMachineArn": ARN, "encryptionConfiguration": {"type": "AWS_OWNED_KEY"}}
        refused = await refusal(server.ask("UpdateStateMachine", **update))
        assert refused.code == "MissingRequiredParameter"
        assert refused.message == "The definition must be specified when updating the EncryptionConfiguration"


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"loggingConfiguration": {"level": "OFF"}, "tracingConfiguration": {"enabled": False}}, []),
        ({"loggingConfiguration": {"level": "ALL", "destinations": [destination(GROUP)]}}, ["loggingConfiguration"]),
        ({"tracingConfiguration": {"enabled": True}}, ["tracingConfiguration"]),
    ],
)
async def test_what_has_no_effect_is_told_in_the_log(
    members: dict[str, Any], named: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    structlog.reset_defaults()
    monkeypatch.setattr(register, "log", structlog.get_logger())
    async with in_memory_server() as server:
        with capture_logs() as lines:
            await create(server, **members)
        told = [line for line in lines if line["event"] == "configuration has no effect"]
        assert [(line["log_level"], line["state_machine"], line["members"]) for line in told] == [
            ("warning", "m", named) for _ in named
        ]
