"""Tags of state machines and activities: which are taken, and that they are listed, changed and removed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from statemachine.store.memory import MemoryStore
from statemachine.testing import InMemoryServer, in_memory_server
from tests.engine.definitions import ACTIVITY, PASS, ROLE
from tests.service.refusals import refusal

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:work"
EVERY_RESOURCE = pytest.mark.parametrize("arn", [MACHINE, ACTIVITY], ids=["stateMachine", "activity"])
ONE = [{"key": "k", "value": "v"}]


async def create(server: InMemoryServer, arn: str, tags: Any = None) -> None:
    if arn == ACTIVITY:
        await server.ask("CreateActivity", name="work", tags=tags)
    else:
        await server.ask("CreateStateMachine", name="work", definition=json.dumps(PASS), role_arn=ROLE, tags=tags)


async def listed(server: InMemoryServer, arn: str) -> dict[str, str]:
    tags = (await server.ask("ListTagsForResource", resource_arn=arn))["tags"]
    return {tag["key"]: tag["value"] for tag in tags}


@EVERY_RESOURCE
@pytest.mark.parametrize(
    ("tags", "kept"),
    [
        (None, {}),
        ([], {}),
        ([{"key": "l"}, {"key": "k", "value": "v"}], {"k": "v", "l": ""}),
        ([{"key": "k", "value": None}], {"k": ""}),
        ([{"key": "Größe _.:/=+-@", "value": "日本"}], {"Größe _.:/=+-@": "日本"}),
        ([{"key": f"{number:02}", "value": ""} for number in range(50)], {f"{number:02}": "" for number in range(50)}),
    ],
)
async def test_tags_are_kept_and_listed_by_key(arn: str, tags: Any, kept: dict[str, str]) -> None:
    store = MemoryStore()
    async with in_memory_server(store) as before:
        await create(before, arn, tags)
    async with in_memory_server(store) as after:
        assert list((await listed(after, arn)).items()) == list(kept.items())


@EVERY_RESOURCE
async def test_tags_are_added_changed_and_removed(arn: str) -> None:
    async with in_memory_server() as server:
        await create(server, arn, ONE)
        added = [{"key": "k", "value": "w"}, {"key": "a", "value": "b"}]
        assert await server.ask("TagResource", resource_arn=arn, tags=added) == {}
        assert await listed(server, arn) == {"a": "b", "k": "w"}
        assert await server.ask("UntagResource", resource_arn=arn, tag_keys=["k", "never there"]) == {}
        assert await listed(server, arn) == {"a": "b"}
        assert await server.ask("UntagResource", resource_arn=arn, tag_keys=[]) == {}
        assert await listed(server, arn) == {"a": "b"}


async def test_tags_belong_to_no_revision() -> None:
    async with in_memory_server() as server:
        await create(server, MACHINE)
        await server.ask("TagResource", resource_arn=MACHINE, tags=ONE)
        assert "revisionId" not in await server.ask("DescribeStateMachine", state_machine_arn=MACHINE)
        await create(server, MACHINE, [{"key": "other"}])  # (service model): another request's tags are ignored
        assert await listed(server, MACHINE) == {"k": "v"}


WRONG: list[tuple[list[Any], str, str, str]] = [
    ([*ONE, {}], "ValidationException", "'tags[1]' must have a key", "/tags/1"),
    ([*ONE, None], "ValidationException", "'tags[1]' must have a key", "/tags/1"),
    ([*ONE, {"key": None}], "ValidationException", "'tags[1]' must have a key", "/tags/1"),
    ([*ONE, {"value": "v"}], "ValidationException", "'tags[1]' must have a key", "/tags/1"),
    ([*ONE, *ONE], "ValidationException", "'tags[1]' has the key 'k' a second time", "/tags/1"),
    ([{"key": "k", "value": "a;b"}], "ValidationException",
     "'tags[0]' may contain letters, digits, white space and _ . : / = + - @ only", "/tags/0"),
    ([{"key": "aws:k"}], "AccessDeniedException",
     "Caller is an end user and not allowed to mutate system tags", "/tags/0/key"),
    ([{"key": str(number)} for number in range(51)], "TooManyTags", "A resource has at most 50 tags", "/tags"),
]  # fmt: skip
"""Tags of a request; code, text and pointer of its refusal."""


@EVERY_RESOURCE
@pytest.mark.parametrize(("tags", "code", "message", "pointer"), WRONG)
@pytest.mark.parametrize("is_new", [True, False])
async def test_wrong_tags_are_refused_and_change_nothing(
    *, arn: str, tags: list[Any], code: str, message: str, pointer: str, is_new: bool
) -> None:
    async with in_memory_server() as server:
        if not is_new:
            await create(server, arn)
        before = server.store.scan("")
        asked = create(server, arn, tags) if is_new else server.ask("TagResource", resource_arn=arn, tags=tags)
        refused = await refusal(asked)
        assert (refused.code, refused.message, refused.members["pointer"]) == (code, message, pointer)
        assert server.store.scan("") == before


@EVERY_RESOURCE
async def test_a_resource_with_fifty_tags_takes_no_further_one(arn: str) -> None:
    async with in_memory_server() as server:
        await create(server, arn, [{"key": str(number)} for number in range(50)])
        await server.ask("TagResource", resource_arn=arn, tags=[{"key": "1", "value": "changed"}])
        refused = await refusal(server.ask("TagResource", resource_arn=arn, tags=ONE))
        assert (refused.code, refused.members["resourceName"]) == ("TooManyTags", arn)


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        (MACHINE + "2", "ResourceNotFound"),
        (MACHINE + ":1", "ResourceNotFound"),
        (ACTIVITY + "2", "ResourceNotFound"),
        ("work", "InvalidArn"),
        (MACHINE.replace("stateMachine", "execution") + ":e", "InvalidArn"),
    ],
)
@pytest.mark.parametrize(
    ("action", "members"),
    [("ListTagsForResource", {}), ("TagResource", {"tags": ONE}), ("UntagResource", {"tag_keys": ["k"]})],
)
async def test_only_what_exists_has_tags(arn: str, code: str, action: str, members: dict[str, Any]) -> None:
    async with in_memory_server() as server:
        await create(server, MACHINE)
        await create(server, ACTIVITY)
        assert (await refusal(server.ask(action, resource_arn=arn, **members))).code == code
