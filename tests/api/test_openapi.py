"""The description of the REST API says what it does: the same routes and methods, in a sound document.

That answers are as described is checked wherever tests ask through `tests.api.client`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from statemachine.api.rest import PREFIX, ROUTES
from statemachine.api.rest.query import REPEATABLE
from statemachine.schema_files import read_schema
from statemachine.service.executions.start import KEY_CHARACTERS_MAX, PRIORITY_MAX
from statemachine.service.names import NAME_CHARACTERS_MAX
from tests.api.client import api_client
from tests.api.description import DOCUMENT, METHODS, check_answer, followed, path_of, registry


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """All objects of the document."""
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from parts(member)
    elif isinstance(value, list):
        for item in value:
            yield from parts(item)


def test_every_route_and_method_is_described_and_no_other() -> None:
    served = {
        (route, method) for route, resource in ROUTES.items() for method in METHODS if hasattr(resource, f"on_{method}")
    }
    assert {(path, method) for path, method, _ in operations()} == served


@pytest.mark.parametrize(("path", "method", "operation"), list(operations()))
def test_every_query_parameter_is_described_and_no_other(path: str, method: str, operation: dict[str, Any]) -> None:
    parameters = [followed(parameter) for parameter in operation.get("parameters", [])]
    described = [parameter for parameter in parameters if parameter["in"] == "query"]
    taken = ROUTES[path].query if method == "get" else ()
    assert {parameter["name"] for parameter in described} == set(taken)
    repeatable = {parameter["name"] for parameter in described if parameter["schema"].get("type") == "array"}
    assert repeatable == set(taken) & set(REPEATABLE)


def test_the_limits_in_the_document_are_those_of_the_request_schemas() -> None:
    """The document says them for people; the schemas of requests are what is checked."""
    parameters = DOCUMENT["components"]["parameters"]
    requests = read_schema("own-requests.schema.json")["$defs"]["AwaitExecutionUpdates"]["properties"]
    assert parameters["Since"]["schema"]["maximum"] == requests["since"]["maximum"]
    assert parameters["Wait"]["schema"]["maximum"] == requests["wait"]["maximum"]
    aws = read_schema("aws-requests.schema.json")["$defs"]
    assert parameters["Limit"]["schema"]["maximum"] == aws["ListExecutions"]["properties"]["maxResults"]["maximum"]
    schemas = DOCUMENT["components"]["schemas"]
    for member in ("error", "cause"):
        most = aws["SendTaskFailure"]["properties"][member]["maxLength"]
        assert schemas["Failure"]["properties"][member]["maxLength"] == most
    priority = schemas["NewExecution"]["properties"]["priority"]
    assert (priority["minimum"], priority["maximum"]) == (-PRIORITY_MAX, PRIORITY_MAX)
    key = parameters["IdempotencyKey"]["schema"]
    assert (key["minLength"], key["maxLength"]) == (1, KEY_CHARACTERS_MAX)
    assert schemas["Name"]["maxLength"] == NAME_CHARACTERS_MAX


def test_the_document_is_of_openapi_3_1_and_below_our_prefix() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert [server["url"] for server in DOCUMENT["servers"]] == [PREFIX]


def test_every_reference_leads_somewhere_and_every_component_is_used() -> None:
    resolver = registry().resolver("openapi.json")
    used = {part["$ref"] for part in parts(DOCUMENT) if isinstance(part.get("$ref"), str)}
    for reference in used:
        assert resolver.lookup(reference).contents
    for kind, components in DOCUMENT["components"].items():
        for name in components:
            assert f"#/components/{kind}/{name}" in used


def test_every_schema_is_one() -> None:
    for schema in [part["schema"] for part in parts(DOCUMENT) if isinstance(part.get("schema"), dict)]:
        Draft202012Validator.check_schema(schema)
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("path", "method", "operation"), list(operations()))
def test_an_operation_is_whole(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert set(operation["tags"]) <= {tag["name"] for tag in DOCUMENT["tags"]}
    shared = DOCUMENT["paths"][path].get("parameters", [])
    parameters = [followed(parameter) for parameter in [*shared, *operation.get("parameters", [])]]
    in_path = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
    assert in_path == set(re.findall(r"{(\w+)}", path))
    assert ("requestBody" in operation) == (method in ("post", "patch"))
    assert all(followed(response)["description"] for response in operation["responses"].values())


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names)


async def test_the_document_is_served_with_the_schemas_it_refers_to() -> None:
    async with api_client() as (_, client):
        served = await client.request("GET", f"{PREFIX}/openapi.json")
        assert served.json == DOCUMENT
        files = {part["$ref"].partition("#")[0] for part in parts(served.json) if "$ref" in part} - {""}
        assert files
        for file in files:
            assert (await client.request("GET", f"{PREFIX}/{file}")).json == read_schema(file)
        for none in ("x.schema.json", "..%2Fopenapi.schema.json", "openapi.schema.json"):
            assert (await client.request("GET", f"{PREFIX}/{none}")).status == 404


async def test_the_page_asks_nobody_but_this_server() -> None:
    async with api_client() as (_, client):
        page = await client.request("GET", f"{PREFIX}/")
        assert page.headers["content-type"].startswith("text/html")
        assert "connect-src 'self'" in page.headers["content-security-policy"]
        text = page.body.decode()
        assert "openapi.json" in text
        assert not re.search(r"https?:|//[a-z]|@import|<link|src=", text)


PROBLEM = {"content-type": "application/problem+json"}
JSON = {"content-type": "application/json"}
REFUSAL = json.dumps({"title": "T", "status": 404, "detail": "D"})


@pytest.mark.parametrize(
    ("method", "target", "status", "headers", "body"),
    [
        ("GET", "/state-machines/m", 418, PROBLEM, REFUSAL),
        ("GET", "/state-machines/m", 404, JSON, REFUSAL),
        ("GET", "/state-machines/m", 404, PROBLEM, '{"title": "T"}'),
        ("GET", "/state-machines", 200, JSON, '{"stateMachines": [{"name": 1}], "cursor": null}'),
        ("POST", "/activities", 201, JSON, '{"activityArn": "arn:", "name": "n", "creationDate": "now"}'),
        ("DELETE", "/activities/a", 204, JSON, "{}"),
    ],
)
def test_an_answer_that_is_not_described_is_noticed(
    method: str, target: str, status: int, headers: dict[str, str], body: str
) -> None:
    with pytest.raises(AssertionError):
        check_answer(method, PREFIX + target, status, headers, body.encode())


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/", "/"),
        ("/state-machines", "/state-machines"),
        ("/state-machines/a%2Fb", "/state-machines/{name}"),
        ("/state.schema.json", "/{schema}.schema.json"),
        ("/executions/m/e/stop", "/executions/{machine}/{name}/stop"),
        ("/state-machines/", "/state-machines"),
        ("/nowhere", None),
    ],
)
def test_a_path_is_found(target: str, path: str | None) -> None:
    assert path_of(PREFIX + target) == path
