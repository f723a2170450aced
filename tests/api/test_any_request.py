"""Whatever it is sent, the server answers in the form of its API, never with a 5xx, and goes on working."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statemachine.api.rest import ROUTES
from statemachine.testing import InMemoryServer
from tests.api.client import Answer, Client, api_client
from tests.engine.definitions import ACTIVITY, PASS, ROLE, task, wait

REQUESTS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "schemas" / "aws-requests.schema.json").read_text())
ACTIONS = sorted(name for name, shape in REQUESTS["$defs"].items() if "properties" in shape)
MEMBERS = sorted({member for name in ACTIONS for member in REQUESTS["$defs"][name]["properties"]})
ARN = "arn:aws:states:us-east-1:000000000000:stateMachine:m"
EXECUTION = "arn:aws:states:us-east-1:000000000000:execution:m:e"
ODD = [
    ARN, EXECUTION, ACTIVITY, ROLE, json.dumps(PASS), json.dumps(wait(1)), json.dumps(task(ACTIVITY)), "{}", "[]", "",
    "m", "e", "arn:", "arn:::::::", ARN + ":1", "x" * 3_000, "\0", "ä", "RUNNING", None, True, 0, -1, 10**30, 1.5,
    [], {}, [{"key": "k", "value": "v"}], [{"key": None}], {"level": "ALL"}, {"enabled": True}, {"type": "x"},
]  # fmt: skip
JSON = st.recursive(
    st.sampled_from(ODD) | st.text(max_size=5) | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
QUERIES = [
    "", "?limit=2", "?limit=0", "?limit=%00", "?limit=1&limit=2", "?cursor=AAAA", "?cursor=", "?status=RUNNING&limit=x",
    "?reverse=1", "?since=9&wait=0", "?startedAfter=1969-12-31", "?startedAfter=2026-01-31T09:05:00+01:00", "?=&&",
]  # fmt: skip
EVERY = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


class Place:
    """A server that stays up while many requests come."""

    def __init__(self, runner: asyncio.Runner, server: InMemoryServer, client: Client) -> None:
        self._runner = runner
        self._server = server
        self._client = client

    def request(
        self, method: str, target: str, body: Any = b"", headers: dict[str, str | None] | None = None
    ) -> Answer:
        return self._runner.run(self._client.request(method, target, body, headers))

    def aws(self, action: str, members: Any) -> Answer:
        return self._runner.run(self._client.aws(action, members))

    def is_well(self) -> bool:
        """Does it still register, run and answer?"""

        async def run() -> Any:
            arn = await self._server.create(PASS, "canary")
            return await self._server.ended(await self._server.start(arn))

        return bool(self._runner.run(run())["status"] == "SUCCEEDED")


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """One server for all requests of this module."""
    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        server, client = runner.run(stack.enter_async_context(api_client(poll_seconds=0.001)))
        here = Place(runner, server, client)
        here.aws("CreateActivity", {"name": "work"})
        here.aws("CreateStateMachine", {"name": "m", "definition": json.dumps(wait(9)), "roleArn": ROLE})
        here.aws("StartExecution", {"stateMachineArn": ARN, "name": "e"})
        yield here
        assert here.is_well()
        runner.run(stack.aclose())


def in_aws_shape(answer: Answer) -> None:
    assert answer.status < 500, answer.body
    if answer.status != 200:
        assert answer.json["__type"] == answer.headers["x-amzn-errortype"]
        assert answer.json["message"]


@EVERY
@given(st.sampled_from(ACTIONS), st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=6))
def test_any_members(place: Place, action: str, members: dict[str, Any]) -> None:
    in_aws_shape(place.aws(action, members))


@EVERY
@given(st.sampled_from(ACTIONS), st.data())
def test_members_of_the_right_action(place: Place, action: str, data: st.DataObject) -> None:
    names = st.sampled_from(sorted(REQUESTS["$defs"][action]["properties"]))
    in_aws_shape(place.aws(action, data.draw(st.dictionaries(names, st.sampled_from(ODD)))))


@EVERY
@given(st.sampled_from(ACTIONS), st.binary(max_size=200))
def test_any_bytes(place: Place, action: str, body: bytes) -> None:
    in_aws_shape(place.request("POST", "/", body, {"X-Amz-Target": f"AWSStepFunctions.{action}"}))


@EVERY
@given(
    st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"]),
    st.sampled_from(sorted(ROUTES)),
    st.sampled_from(["m", "e", "ä", "\0", "a b", "x" * 300]),
    st.sampled_from(
        [
            "",
            "?limit=2",
            "?cursor=AAAA",
            "?status=RUNNING&limit=x",
            "?reverse=1",
            "?=&&",
            "?limit=%00",
            "?limit=1&limit=2",
        ]
    ),
    JSON,
)
def test_any_route(place: Place, method: str, route: str, name: str, query: str, body: Any) -> None:  # noqa: PLR0917
    path = re.sub(r"{\w+}", lambda _: name, route.replace("{machine}", "m"))
    answer = place.request(method, f"/api/v1{path}{query}", body)
    assert answer.status < 500, answer.body
    if method == "HEAD":
        assert answer.body == b""
    elif answer.status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json["title"]
        assert answer.json["detail"]
