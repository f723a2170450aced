"""Answers are rendered by the types of their members, so what callers stored is shown as they stored it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest

from statemachine.api.render import Renderer, aws_json, rest_json
from statemachine.json_text import JsonText
from statemachine.registry.machines import Configuration
from statemachine.service.actions import ACTIONS, Action
from statemachine.service.answer import Answer
from statemachine.times.timestamps import Timestamp
from tests.api.client import api_client
from tests.engine.definitions import PASS

API = "/api/v1"
ANY = (Any, object)
AWS_S_OWN = ("type", "level")
"""Members of configurations that are AWS's own, with values of their own."""


class Example(Answer, frozen=True, kw_only=True):
    """Every type that is rendered in a way of its own, and a caller's object."""

    start_date: Timestamp
    input: JsonText
    given: dict[str, Any]
    stop_date: Timestamp | None = None


EXAMPLE = Example(
    start_date=Timestamp(1_700_000_000.25), input=JsonText('{"a" : 1.0}'), given={"input": "abc", "startDate": 1.5}
)


def test_the_aws_api_shows_numbers_and_strings() -> None:
    assert json.loads(aws_json(EXAMPLE)) == {
        "startDate": 1_700_000_000.25,
        "input": '{"a" : 1.0}',
        "given": {"input": "abc", "startDate": 1.5},
    }


def test_the_rest_api_shows_iso_times_and_json() -> None:
    assert rest_json(EXAMPLE) == (
        b'{"startDate":"2023-11-14T22:13:20.250Z","input":{"a" : 1.0},"given":{"input":"abc","startDate":1.5}}'
    )


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(1_796_063_285.5554943, b"1796063285.555"), (1_796_063_285.555, b"1796063285.555"), (5, b"5.0")],
)
def test_the_aws_api_shows_milliseconds(seconds: float, shown: bytes) -> None:
    assert aws_json(Timestamp(seconds)) == shown


async def test_only_a_large_answer_is_rendered_off_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []
    render = Renderer.__call__

    def noted(renderer: Renderer, answer: Any) -> bytes:
        threads.append(threading.current_thread())
        return render(renderer, answer)

    async with api_client() as (server, client):
        arn = (await server.run(PASS))["executionArn"]
        monkeypatch.setattr(Renderer, "__call__", noted)
        await client.request("GET", f"{API}/executions")
        await client.aws("DescribeExecution", {"executionArn": arn})
        assert {*threads} == {threading.main_thread()}
        threads.clear()
        _, _, _, _, _, _, machine, name = arn.split(":")
        await client.request("GET", f"{API}/executions/{machine}/{name}/history")
        await client.aws("GetExecutionHistory", {"executionArn": arn})
        assert len(threads) == 2
        assert threading.main_thread() not in threads


def names_of_ours() -> list[str]:
    """The names that members of our answers have on the wire."""
    found: set[str] = set()
    for action in ACTIONS.values():
        for type_ in structs_in(action.answer):
            found.update(field.encode_name for field in msgspec.structs.fields(type_))
    return sorted(found)


def structs_in(type_: Any) -> Iterator[Any]:
    """The answer types in an answer type."""
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        yield type_
        for field in msgspec.structs.fields(type_):
            yield from structs_in(field.type)
    for inner in get_args(type_):
        yield from structs_in(inner)


@pytest.mark.parametrize("value", ["abc", "yesterday", 5, None, {"input": "{"}, ["timestamp"]], ids=repr)
async def test_our_names_in_a_caller_s_object_mean_nothing(value: Any) -> None:
    """As members of a configuration and of an execution's input: both APIs answer what was stored."""
    names = [name for name in names_of_ours() if name not in AWS_S_OWN]
    assert len(names) > 40
    hostile = dict.fromkeys(names, value)
    async with api_client() as (server, client):
        arn = await server.create(PASS)
        encryption = hostile | {"type": "AWS_OWNED_KEY"}
        machine = server.parts.machines.get("m")
        assert machine is not None
        configured = msgspec.structs.replace(machine, configuration=Configuration(hostile, hostile, encryption))
        await server.parts.machines.put(server.engine, configured)
        for shown in (
            (await client.request("GET", f"{API}/state-machines/m")).json,
            (await client.aws("DescribeStateMachine", {"stateMachineArn": arn})).json,
        ):
            assert shown["tracingConfiguration"] == hostile
            assert shown["encryptionConfiguration"] == encryption
            assert shown["loggingConfiguration"] == {"level": "OFF", "includeExecutionData": False} | hostile
        await client.request("POST", f"{API}/state-machines/m/executions", {"name": "e", "input": hostile})
        await server.settle()
        assert (await client.request("GET", f"{API}/executions/m/e")).json["output"] == hostile
        events = (await client.request("GET", f"{API}/executions/m/e/history")).json["events"]
        assert events[0]["executionStartedEventDetails"]["input"] == hostile


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda action: action.name)
def test_an_answer_is_typed_to_its_last_member(action: Action[Any]) -> None:
    """No member is untyped but the objects that callers sent, which are shown as they are."""
    for type_ in structs_in(action.answer):
        for name, hint in get_type_hints(type_, include_extras=True).items():
            if hint in ANY or (get_origin(hint) is dict and get_args(hint)[1] in ANY):
                assert name.endswith("_configuration"), f"{type_.__name__}.{name} is {hint}"
