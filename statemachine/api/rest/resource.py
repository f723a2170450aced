"""What all resources of the REST API share: their actions, their bodies, their pages. Must not know a resource."""

from __future__ import annotations

import re
from typing import Any, ClassVar, TypeVar

from falcon.asgi import Request, Response

from statemachine.api.body import read_body
from statemachine.api.connection import while_connected
from statemachine.api.render import rest_json
from statemachine.api.rest.query import integer_parameter
from statemachine.arn import Home
from statemachine.config import Settings
from statemachine.errors import ServiceError
from statemachine.json_text import JsonError, parse_bytes
from statemachine.service.actions import Action, Actions

PREFIX = "/api/v1"
PAGING = ("limit", "cursor")
A = TypeVar("A")

IN_QUERY = {"maxResults": "limit", "nextToken": "cursor"}
"""Members of actions that have another name in a query."""
IN_HEADERS = {"key": "Idempotency-Key"}
IN_PATH = frozenset({"activityArn", "executionArn", "id", "revisionId", "stateMachineArn", "taskToken"})


class RestResource:
    """A resource. `query` names the query parameters that GET takes; the other methods take none."""

    query: ClassVar[tuple[str, ...]] = ()

    def __init__(self, actions: Actions, settings: Settings) -> None:
        self.actions = actions
        self.home = Home(settings.account, settings.region)
        self._settings = settings

    async def call(self, request: Request, action: Action[A], /, **members: Any) -> A:
        """Perform an action. Its errors are raised; they name the place in the REST request that is at fault.

        Call it when the body has been read.
        """
        try:
            return await while_connected(request, action, self.actions.call(action, **members))
        except ServiceError as error:
            raise self._placed(error) from None

    def show(self, response: Response, answer: Any) -> None:
        """Write an answer of the service, or an object that contains parts of one."""
        response.data = rest_json(answer)

    async def body(self, request: Request) -> bytes:
        """The whole body. Raises ServiceError."""
        return await read_body(request, self._settings.body_bytes_max)

    async def members(self, request: Request, *allowed: str) -> dict[str, Any]:
        """The members of a JSON body. Raises ServiceError ValidationException, which names the mistake."""
        body = await self.body(request)
        if not body:
            return {}
        try:
            members = parse_bytes(body)
        except JsonError as error:
            where = f" (line {error.line}, column {error.column})"
            raise ServiceError("ValidationException", f"The body is not JSON: {error.message}{where}") from None
        if not isinstance(members, dict):
            raise ServiceError("ValidationException", "The body must be a JSON object", pointer="")
        for name in members:
            if name not in allowed:
                expected = f"; expected: {', '.join(allowed)}" if allowed else "; no member is"
                text = f"'{name}' is not expected here{expected}"
                raise ServiceError("ValidationException", text, pointer=f"/{name}")
        return members

    def paging_members(self, request: Request) -> dict[str, Any]:
        """The paging members of an action, from ?limit= and ?cursor=. Raises ServiceError ValidationException."""
        return {"maxResults": integer_parameter(request, "limit", 1), "nextToken": request.get_param("cursor")}

    def _placed(self, error: ServiceError) -> ServiceError:
        """An error of an action, whose pointer leads into the members of the action, as one of a REST request."""
        pointer = error.members.get("pointer")
        if not pointer:
            return error
        member = pointer.split("/")[1]
        if member in IN_HEADERS:
            place = {"header": IN_HEADERS[member]}
        elif IN_QUERY.get(member, member) in self.query:
            place = {"parameter": IN_QUERY.get(member, member)}
        else:
            place = {} if member in IN_PATH else {"pointer": pointer}
        renamed = place.get("parameter") or place.get("header") or member
        others = {name: value for name, value in error.members.items() if name != "pointer"}
        detail = re.sub(rf"'{member}(\[[0-9]+\])?'", f"'{renamed}'", error.detail)
        return ServiceError(error.code, error.message, detail=detail, **place, **others)
