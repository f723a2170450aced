"""The base of all resources: bodies, query parameters, pages, rendering. Knows no single resource."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from falcon.asgi import Request, Response

from statemachine.api.body import read_body
from statemachine.api.render import rest_json
from statemachine.arn import Home
from statemachine.config import Settings
from statemachine.errors import ServiceError
from statemachine.json_text import JsonError, parse_bytes
from statemachine.service.actions import Action, Actions

PREFIX = "/api/v1"
A = TypeVar("A")
TIMESTAMP_WANTED = "epoch seconds or ISO 8601, as in 2026-01-31T09:05:00Z"
_DIGITS = re.compile(r"[0-9]{1,18}")
_EPOCH = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
_LAST_TIMESTAMP = 253_402_300_799.0
"""The end of the year 9999 (UTC)."""


class RestResource:
    """A resource: the actions that it asks for, its body, its query, its pages."""

    def __init__(self, actions: Actions, settings: Settings) -> None:
        self.actions = actions
        self.home = Home(settings.account, settings.region)
        self._settings = settings

    async def call(self, action: Action[A], /, **members: Any) -> A:
        """Do an action; members have their names on the wire. The errors of the action are raised."""
        return await self.actions.call(action, **members)

    def show(self, response: Response, answer: Any) -> None:
        """Answer with an answer of the service, or with an object that holds some."""
        response.data = rest_json(answer)

    async def body(self, request: Request) -> bytes:
        """The whole body. Raises ServiceError."""
        return await read_body(request, self._settings.body_bytes_max, self._settings.body_seconds)

    async def members(self, request: Request, *allowed: str) -> dict[str, Any]:
        """The members of a JSON body. Raises ServiceError ValidationException, which names the mistake."""
        body = await self.body(request)
        if not body:
            return {}
        try:
            members = parse_bytes(body)
        except JsonError as error:
            where = f" (line {error.line}, column {error.column})"
            raise ServiceError("ValidationException", f"The body is no JSON: {error.message}{where}") from None
        if not isinstance(members, dict):
            raise ServiceError("ValidationException", "The body must be a JSON object", pointer="")
        for name in members:
            if name not in allowed:
                expected = f"expected: {', '.join(allowed)}" if allowed else "nothing is"
                text = f"'{name}' is not expected here; {expected}"
                raise ServiceError("ValidationException", text, pointer=f"/{name}")
        return members

    def page(self, request: Request, *further: str) -> dict[str, Any]:
        """The paging members of an action, from ?limit= and ?cursor=. Raises ServiceError ValidationException for query
        parameters that are neither these nor one of the `further` ones."""
        self.allow(request, *further, "limit", "cursor")
        limit = integer_parameter(request, "limit", 1, 1000)
        return {"maxResults": limit, "nextToken": request.get_param("cursor")}

    def allow(self, request: Request, *parameters: str) -> None:
        """Raises ServiceError ValidationException for any other query parameter, so that none is overlooked."""
        for name in request.params:
            if name not in parameters:
                text = f"The query parameter '{name}' is not expected here; expected: {', '.join(parameters)}"
                raise ServiceError("ValidationException", text, parameter=name)


def text_member(members: Mapping[str, Any], name: str) -> str | None:
    """A member that must be text where it is given. Raises ServiceError ValidationException."""
    text: str | None = _member(members, name, str, "a string")
    return text


def integer_member(members: Mapping[str, Any], name: str) -> int | None:
    """A member that must be an integer where it is given. Raises ServiceError ValidationException."""
    number: int | None = _member(members, name, int, "an integer")
    return number


def object_member(members: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """A member that must be an object where it is given. Raises ServiceError ValidationException."""
    given: dict[str, Any] | None = _member(members, name, dict, "an object")
    return given


def _member(members: Mapping[str, Any], name: str, type: type[Any], wanted: str) -> Any:
    value = members.get(name)
    if value is not None and (not isinstance(value, type) or isinstance(value, bool)):
        raise ServiceError("ValidationException", f"'{name}' must be {wanted}", pointer=f"/{name}")
    return value


def integer_parameter(request: Request, name: str, least: int, most: int) -> int | None:
    """A whole number in the query: digits and nothing else. Raises ServiceError ValidationException."""
    text = request.get_param(name)
    if text is None:
        return None
    if not _DIGITS.fullmatch(text) or not least <= int(text) <= most:
        wanted = f"a whole number from {least} to {most}"
        raise ServiceError("ValidationException", f"'{name}' must be {wanted}", parameter=name)
    return int(text)


def boolean_parameter(request: Request, name: str) -> bool:
    """`true` or `false` in the query; false where it is left out. Raises ServiceError ValidationException."""
    text = request.get_param(name, default="false")
    if text not in ("true", "false"):
        raise ServiceError("ValidationException", f"'{name}' must be true or false", parameter=name)
    return text == "true"


def timestamp_parameter(request: Request, name: str) -> float | None:
    """A timestamp in the query as epoch seconds. Raises ServiceError ValidationException."""
    text = request.get_param(name)
    if text is None:
        return None
    timestamp = _timestamp(text)
    if timestamp is None:
        raise ServiceError("ValidationException", f"'{name}' must be {TIMESTAMP_WANTED}", parameter=name)
    return timestamp


def timestamp_member(members: Mapping[str, Any], name: str) -> float | None:
    """A timestamp among the members, as epoch seconds. Raises ServiceError ValidationException."""
    text = text_member(members, name)
    timestamp = None if text is None else _timestamp(text)
    if text is not None and timestamp is None:
        raise ServiceError("ValidationException", f"'{name}' must be {TIMESTAMP_WANTED}", pointer=f"/{name}")
    return timestamp


def _timestamp(text: str) -> float | None:
    """Epoch seconds, or ISO 8601, in UTC where it names no zone; None for any other text."""
    if _EPOCH.fullmatch(text):
        timestamp = float(text)
    else:
        try:
            parsed = datetime.fromisoformat(text)
            timestamp = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    return min(max(timestamp, 0.0), _LAST_TIMESTAMP)
