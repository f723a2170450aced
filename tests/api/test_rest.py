"""The REST API: resources below /api/v1, JSON as JSON, timestamps in ISO 8601, problems with their place."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from structlog.testing import capture_logs

from statemachine.api.rest import ROUTES
from statemachine.core.limits import PAYLOAD_BYTES_MAX
from statemachine.host import NotDurable, Unavailable
from tests.api.client import Answer, Client, Request, api_client
from tests.engine.definitions import CALLBACK, FAIL, PASS, machine, passes, wait

API = "/api/v1"
ROLE = "arn:aws:iam::000000000000:role/statemachine"
ARN = "arn:aws:states:us-east-1:000000000000:execution:m:e"


def problem(answer: Answer, status: int, title: str) -> dict[str, Any]:
    """A refusal as RFC 9457 has it."""
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json
    assert (document["status"], document["title"]) == (status, title)
    assert document["detail"]
    return document


async def create(client: Client, definition: Any = PASS, name: str = "m") -> Answer:
    return await client.request("POST", f"{API}/state-machines", {"name": name, "definition": definition})


async def start(client: Client, input: Any = None, name: str = "e") -> Answer:
    body = {"name": name, "input": input}
    return await client.request("POST", f"{API}/state-machines/m/executions", body)


async def test_a_state_machine_is_created_read_listed_and_deleted() -> None:
    async with api_client() as (_, client):
        created = await create(client)
        assert created.status == 201
        assert created.headers["location"] == f"{API}/state-machines/m"
        assert created.json["creationDate"] == "2023-11-14T22:13:20.000Z"
        described = await client.request("GET", created.headers["location"])
        assert described.json["definition"] == PASS
        assert described.json["roleArn"] == ROLE
        listed = await client.request("GET", f"{API}/state-machines")
        assert [item["name"] for item in listed.json["stateMachines"]] == ["m"]
        assert listed.json["cursor"] is None
        assert (await client.request("DELETE", f"{API}/state-machines/m")).status == 204
        problem(await client.request("DELETE", f"{API}/state-machines/m"), 404, "StateMachineDoesNotExist")


async def test_a_definition_may_be_text() -> None:
    async with api_client() as (_, client):
        await create(client, '{"StartAt":"P","States":{"P":{"Type":"Succeed"}}}')
        described = await client.request("GET", f"{API}/state-machines/m")
        assert described.json["definition"]["States"] == {"P": {"Type": "Succeed"}}


async def test_an_execution_is_started_and_read_with_its_history() -> None:
    async with api_client() as (server, client):
        await create(client)
        started = await start(client, {"n": [1.0, None]})
        assert started.status == 201
        assert started.headers["location"] == f"{API}/executions/m/e"
        await server.ended(ARN)
        described = (await client.request("GET", f"{API}/executions/m/e")).json
        assert described["status"] == "SUCCEEDED"
        assert described["input"] == described["output"] == {"n": [1.0, None]}
        assert described["stopDate"] == "2023-11-14T22:13:20.000Z"
        history = (await client.request("GET", f"{API}/executions/m/e/history")).json
        assert [event["type"] for event in history["events"]] == [
            "ExecutionStarted",
            "PassStateEntered",
            "PassStateExited",
            "ExecutionSucceeded",
        ]
        assert history["events"][0]["timestamp"] == "2023-11-14T22:13:20.000Z"
        assert history["events"][1]["stateEnteredEventDetails"]["input"] == {"n": [1.0, None]}


async def test_without_a_body_there_is_a_name_and_an_empty_input() -> None:
    async with api_client() as (_, client):
        await create(client)
        started = await client.request("POST", f"{API}/state-machines/m/executions")
        described = await client.request("GET", started.headers["location"])
        assert described.json["input"] == {}


async def test_a_body_that_was_cut_off_starts_nothing() -> None:
    async with api_client() as (server, client):
        await create(client)
        headers = {"Host": "localhost", "Content-Length": "99"}
        cut_off = Request("POST", f"{API}/state-machines/m/executions", headers)
        cut_off.hang_up()
        await client.serve(cut_off)
        assert server.store.scan("e/") == []


@pytest.mark.parametrize("input", [None, 0, "", [], "9" * 400, int("9" * 400), 1e300, -0.0, "ä\u2028😀"])
async def test_an_input_is_shown_as_it_was_sent(input: Any) -> None:
    async with api_client() as (server, client):
        await create(client)
        await start(client, input)
        await server.ended(ARN)
        described = (await client.request("GET", f"{API}/executions/m/e")).json
        assert described["input"] == input
        assert described["output"] == input
        assert type(described["output"]) is type(input)


async def test_names_of_any_script() -> None:
    async with api_client() as (_, client):
        created = await create(client, name="Prüfung")
        assert created.headers["location"] == f"{API}/state-machines/Pr%C3%BCfung"
        described = await client.request("GET", f"{API}/state-machines/Prüfung")
        assert described.json["name"] == "Prüfung"


async def test_stopping_twice_is_answered_twice() -> None:
    async with api_client() as (_, client):
        await create(client, wait(60))
        await start(client)
        stopped = await client.request("POST", f"{API}/executions/m/e/stop", {"error": "E", "cause": "C"})
        assert stopped.json == {"stopDate": "2023-11-14T22:13:20.000Z"}
        assert (await client.request("POST", f"{API}/executions/m/e/stop")).status == 200
        described = (await client.request("GET", f"{API}/executions/m/e")).json
        assert (described["status"], described["error"], described["cause"]) == ("ABORTED", "E", "C")


@pytest.mark.parametrize("reverse", ["", "&reverse=true"])
async def test_cursors_lead_from_page_to_page(reverse: str) -> None:
    async with api_client() as (server, client):
        await create(client, passes(5))
        await start(client)
        await server.ended(ARN)
        ids: list[int] = []
        cursor = ""
        while True:
            page = (await client.request("GET", f"{API}/executions/m/e/history?limit=5{reverse}{cursor}")).json
            ids += [event["id"] for event in page["events"]]
            if page["cursor"] is None:
                break
            cursor = f"&cursor={page['cursor']}"
        assert ids == ([*range(12, 0, -1)] if reverse else [*range(1, 13)])


async def test_executions_are_listed_by_status_page_by_page() -> None:
    async with api_client() as (server, client):
        await create(client)
        for name in ("e", "f", "g"):
            server.clock.now += 1
            await start(client, name=name)
        where = f"{API}/state-machines/m/executions"
        first = (await client.request("GET", f"{where}?limit=2&status=SUCCEEDED")).json
        assert [item["name"] for item in first["executions"]] == ["g", "f"]
        second = await client.request("GET", f"{where}?limit=2&status=SUCCEEDED&cursor={first['cursor']}")
        assert [item["name"] for item in second.json["executions"]] == ["e"]
        assert (await client.request("GET", f"{where}?status=FAILED")).json == {"executions": [], "cursor": None}


LONG = "x" * 300
TOO_LARGE = "x" * PAYLOAD_BYTES_MAX
NEW = {"name": "x", "definition": PASS}
WRONG: list[tuple[str, str, Any, int, str, str]] = [
    ("POST", "/state-machines", "{", 400, "ValidationException", "line 1, column 2"),
    ("POST", "/state-machines", "[]", 400, "ValidationException", "must be a JSON object"),
    ("POST", "/state-machines", {}, 400, "ValidationException", "required"),
    ("POST", "/state-machines", {"name": 1, "definition": {}}, 400, "ValidationException", "/name"),
    ("POST", "/state-machines", {"nam": 1}, 400, "ValidationException", "/nam"),
    ("POST", "/state-machines", NEW | {"definition": []}, 400, "InvalidDefinition", '"pointer":""'),
    ("POST", "/state-machines", {"name": "a b", "definition": PASS}, 400, "InvalidName", "a b"),
    ("POST", "/state-machines", {"name": "m", "definition": FAIL}, 409, "StateMachineAlreadyExists", ":m"),
    ("POST", "/state-machines", NEW | {"roleArn": "x"}, 400, "InvalidArn", "x"),
    ("POST", "/state-machines", NEW | {"roleArn": LONG}, 400, "ValidationException", "256"),
    ("POST", "/state-machines", NEW | {"type": "FAST"}, 400, "ValidationException", "one of STANDARD, EXPRESS"),
    ("POST", "/state-machines/m/executions", {"input": 1, "nme": 1}, 400, "ValidationException", "/nme"),
    ("POST", "/state-machines/m/executions", {"name": "a b"}, 400, "InvalidName", "a b"),
    ("POST", "/state-machines/m/executions", {"name": []}, 400, "ValidationException", "/name"),
    ("POST", "/state-machines/m/executions", {"input": TOO_LARGE}, 400, "ValidationException", "262144"),
    ("POST", "/state-machines/m/executions", {"name": "e", "input": 2}, 409, "ExecutionAlreadyExists", ":e"),
    ("POST", "/state-machines/n/executions", {}, 404, "StateMachineDoesNotExist", ":n"),
    ("GET", "/state-machines/n/executions", "", 404, "StateMachineDoesNotExist", ":n"),
    (
        "GET",
        "/state-machines/m/executions?status=DONE",
        "",
        400,
        "ValidationException",
        "must be one of PENDING",
    ),
    ("GET", "/state-machines/m/executions?status=a/b", "", 400, "ValidationException", '"parameter":"status"'),
    ("GET", "/state-machines/m/executions?cursor=x", "", 400, "InvalidToken", "token"),
    ("GET", "/state-machines?limit=0", "", 400, "ValidationException", "limit"),
    ("GET", "/state-machines?limit=1001", "", 400, "ValidationException", "limit"),
    ("GET", "/state-machines?limit=x", "", 400, "ValidationException", "limit"),
    ("GET", "/state-machines/n", "", 404, "StateMachineDoesNotExist", ":n"),
    ("GET", "/executions/m/x", "", 404, "ExecutionDoesNotExist", ":x"),
    ("GET", "/executions/m/a:b", "", 404, "ExecutionDoesNotExist", "a:b"),
    ("GET", "/executions/m/e/history?reverse=maybe", "", 400, "ValidationException", "reverse"),
    ("GET", "/executions/m/x/history", "", 404, "ExecutionDoesNotExist", ":x"),
    ("POST", "/executions/m/x/stop", {}, 404, "ExecutionDoesNotExist", ":x"),
    ("POST", "/executions/m/e/stop", {"error": LONG}, 400, "ValidationException", "256"),
    ("POST", "/executions/m/e/stop", {"cause": "x" * 32_769}, 400, "ValidationException", "32768"),
    ("POST", "/executions/m/e/stop", {"error": 1}, 400, "ValidationException", "/error"),
    ("GET", "/nowhere", "", 404, "404 Not Found", "The REST API is at /api/v1/"),
    ("PATCH", "/state-machines", "", 405, "405 Method Not Allowed", "allowed: GET, HEAD, POST"),
]
"""Method, route and body of a request; status, title and some text of its refusal."""


@pytest.mark.parametrize("case", WRONG, ids=lambda case: f"{case[0]} {case[1]} {str(case[2])[:30]}")
async def test_what_is_wrong_is_named(case: tuple[str, str, Any, int, str, str]) -> None:
    method, target, body, status, title, told = case
    async with api_client() as (server, client):
        await create(client, wait(60))
        await start(client, 1)
        before = server.store.scan("")
        answer = await client.request(method, API + target, body)
        problem(answer, status, title)
        assert told in answer.body.decode()
        assert server.store.scan("") == before


async def test_every_finding_of_a_definition_is_told() -> None:
    states = {"P": {"Type": "Pass", "Next": "Q"}, "R": {"Type": "Pas"}}
    async with api_client() as (_, client):
        answer = await create(client, {"StartAt": "Z", "States": states})
        findings = problem(answer, 400, "InvalidDefinition")["findings"]
        assert len(findings) >= 3
        assert {finding["severity"] for finding in findings} == {"ERROR"}
        assert all(finding["pointer"].startswith("/") for finding in findings)


async def test_warnings_about_a_definition_are_told_when_it_is_registered() -> None:
    unbuilt = machine(Q={"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True})
    async with api_client() as (_, client):
        with capture_logs() as logs:
            created = await create(client, unbuilt)
            [warning] = created.json["warnings"]
            assert (warning["severity"], warning["code"]) == ("WARNING", "NOT_REGISTERED")
            assert warning["pointer"] == "/States/Q/Resource"
            again = await create(client, unbuilt)
            assert again.json == created.json
        [line] = [line for line in logs if line["event"] == "definition has warnings"]
        assert "NOT_REGISTERED" in line["findings"][0]
        other = {"definition": unbuilt | {"Comment": "the same states"}}
        changed = await client.request("PATCH", f"{API}/state-machines/m", other)
        assert changed.json["warnings"] == [warning]
        changed = await client.request("PATCH", f"{API}/state-machines/m", {"definition": PASS})
        assert "warnings" not in changed.json


async def test_validating_a_text_tells_the_place_in_it() -> None:
    async with api_client() as (server, client):
        text = json.dumps(CALLBACK, indent=1)
        answer = await client.request("POST", f"{API}/validations", {"definition": text})
        assert (answer.status, answer.json["result"], answer.json["truncated"]) == (200, "OK", False)
        [warning] = answer.json["diagnostics"]
        assert warning.pop("message")
        assert warning == {
            "severity": "WARNING",
            "code": "TOKEN_WITHOUT_TIMEOUT",
            "location": "/States/C/Resource",
            "pointer": "/States/C/Resource",
            "line": 6,
            "column": 4,
        }
        assert server.store.scan("") == []


async def test_validating_json_tells_the_place_by_its_pointer() -> None:
    async with api_client() as (_, client):
        broken = {"StartAt": "P", "States": {"P": {"Type": "Fail", "Foo": 1, "Bar": 2, "Cause": "$.Cause"}}}
        members = {"definition": broken, "type": "EXPRESS", "severity": "ERROR", "maxResults": 1}
        answer = await client.request("POST", f"{API}/validations", members)
        assert (answer.status, answer.json["result"], answer.json["truncated"]) == (200, "FAIL", True)
        [error] = answer.json["diagnostics"]
        assert error["pointer"] == "/States/P/Foo"
        assert not {"line", "column"} & set(error)


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({}, "'definition' is required"),
        ({"definition": None}, "'definition' is required"),
        ({"definition": ""}, "'definition' must have 1 or more characters"),
        ({"definition": {}, "type": "FAST"}, "'type' must be one of STANDARD, EXPRESS"),
        ({"definition": {}, "type": 1}, "'type' must be a string"),
        ({"definition": {}, "severity": "INFO"}, "'severity' must be one of ERROR, WARNING"),
        ({"definition": {}, "maxResults": 101}, "'maxResults' must be at most 100"),
        ({"definition": {}, "maxResults": "1"}, "'maxResults' must be an integer"),
        ({"definition": {}, "maxResults": True}, "'maxResults' must be an integer"),
        ({"definition": {}, "name": "m"}, "'name' is not expected here"),
    ],
)
async def test_a_wrong_request_for_a_validation_is_refused(members: dict[str, Any], told: str) -> None:
    async with api_client() as (_, client):
        answer = await client.request("POST", f"{API}/validations", members)
        assert told in problem(answer, 400, "ValidationException")["detail"]


async def test_variables_and_states_may_be_called_as_members_are() -> None:
    """`timestamp` is a timestamp if AWS writes it, and a name like any other if a caller does."""
    reads = {"Type": "Pass", "Assign": {"timestamp": 1, "input.$": "$timestamp"}, "End": True}
    first = {"Type": "Pass", "Assign": {"timestamp": "now"}, "Next": "timestamp"}
    async with api_client() as (server, client):
        await create(client, machine(P=first, timestamp=reads))
        described = await client.request("GET", f"{API}/state-machines/m")
        assert described.json["variableReferences"] == {"timestamp": ["timestamp"]}
        await start(client, 1)
        await server.ended(ARN)
        history = (await client.request("GET", f"{API}/executions/m/e/history")).json["events"]
        assigned = [event["stateExitedEventDetails"] for event in history if "stateExitedEventDetails" in event]
        assert [details["assignedVariables"] for details in assigned] == [
            {"timestamp": '"now"'},
            {"timestamp": "1", "input": '"now"'},
        ]


@pytest.mark.parametrize("error", [Unavailable(), NotDurable("disk full")])
async def test_an_unavailable_server_asks_to_try_again(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    async with api_client() as (server, client):

        async def refuse(_: Any) -> None:
            raise error

        monkeypatch.setattr(server.engine, "write", refuse)
        answer = await create(client)
        problem(answer, 503, "ServiceUnavailable")
        assert answer.headers["retry-after"] == "1"


async def test_a_defect_is_answered_without_its_details(monkeypatch: pytest.MonkeyPatch) -> None:
    async with api_client() as (server, client):

        def mistake(*_: Any) -> None:
            raise ZeroDivisionError("secret detail")

        monkeypatch.setattr(server.engine, "survey", mistake)
        answer = await client.request("GET", f"{API}/executions")
        assert problem(answer, 500, "InternalServerError")["detail"] == "Internal error"


async def test_large_bodies_are_refused() -> None:
    async with api_client() as (_, client):
        answer = await client.request("POST", f"{API}/state-machines", b"x" * (2 * 1024 * 1024))
        problem(answer, 413, "RequestEntityTooLargeException")


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
async def test_no_route_is_without_an_answer(route: str, method: str) -> None:
    """Odd names in all places and no body, everywhere: never a 5xx."""
    async with api_client() as (_, client):
        for odd in ("m", "%00", "%ED%A0%80", "%F0%9F%98%80", "a%20b", "..", "%2F", "x" * 5_000):
            answer = await client.request(method, API + re.sub(r"{\w+}", odd, route))
            assert answer.status < 500
