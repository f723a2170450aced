"""The description of the REST API, as a judge of its answers: each must be one that openapi.json allows."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from statemachine.api.rest import PREFIX
from statemachine.schema_files import read_schema, schema_folder

DOCUMENT: dict[str, Any] = read_schema("openapi.json")
METHODS = ("get", "put", "post", "patch", "delete")


@cache
def registry() -> Registry[Any]:
    """The document and every schema that it may refer to, by their file names."""
    names = [path.name for path in schema_folder().glob("*.json")]
    found = [(name, DRAFT202012.create_resource(read_schema(name))) for name in names]
    return Registry().with_resources(found)  # type: ignore[no-any-return]


def followed(part: dict[str, Any]) -> dict[str, Any]:
    """A part of the document, or that to which it refers."""
    if "$ref" not in part:
        return part
    resolver = registry().resolver("openapi.json")
    found: dict[str, Any] = resolver.lookup(part["$ref"]).contents
    return found


@cache
def validator(pointer: str) -> Draft202012Validator:
    """Judges by the schema at that place of the document."""
    return Draft202012Validator({"$ref": f"openapi.json#{pointer}"}, registry=registry())


@cache
def patterns() -> list[tuple[re.Pattern[str], str]]:
    """What paths look like, the most literal first."""
    paths = sorted(DOCUMENT["paths"], key=lambda path: (path.count("{"), path))
    return [(re.compile(re.sub(r"\\{\w+\\}", "[^/]*", re.escape(path))), path) for path in paths]


def path_of(target: str) -> str | None:
    """The path of the document that a request was made to."""
    below = target.removeprefix(PREFIX)
    below = below if below == "/" else below.removesuffix("/")
    return next((path for pattern, path in patterns() if pattern.fullmatch(below)), None)


def check_answer(method: str, target: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Fails for an answer below /api/v1 that is not described: its status, media type or content."""
    path = path_of(target) if target.startswith(f"{PREFIX}/") else None
    operation = None if path is None else DOCUMENT["paths"][path].get(method.lower())
    if path is None or operation is None:
        return
    where = f"{method} {path} {status}"
    assert str(status) in operation["responses"], f"{where} is not described: {body[:300]!r}"
    response = followed(operation["responses"][str(status)])
    for name in response.get("headers", {}):
        assert name.lower() in headers, f"{where} lacks the header {name}"
    if "content" not in response:
        assert body == b"", where
        return
    media = headers["content-type"].partition(";")[0]
    assert media in response["content"], f"{where} is {media}"
    if media.endswith("json"):
        shared = operation["responses"][str(status)].get("$ref", "").removeprefix("#")
        place = shared or f"/paths/{_step(path)}/{method.lower()}/responses/{status}"
        error = next(validator(f"{place}/content/{_step(media)}/schema").iter_errors(json.loads(body)), None)
        assert error is None, f"{where}: {error}"


def _step(name: str) -> str:
    """A step of a JSON Pointer in a URI fragment."""
    escaped = name.replace("~", "~0").replace("/", "~1")
    return escaped.replace("{", "%7B").replace("}", "%7D")
