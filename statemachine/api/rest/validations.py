"""Validations as a resource: a definition is validated and not registered. Must not know a rule."""

from __future__ import annotations

from falcon.asgi import Request, Response

from statemachine.api.rest.members import integer_member, text_member
from statemachine.api.rest.resource import RestResource
from statemachine.json_text import dump
from statemachine.service.actions import VALIDATE_WITH_ADVICE


class ValidationList(RestResource):
    """/validations"""

    async def on_post(self, request: Request, response: Response) -> None:
        members = await self.members(request, "definition", "type", "severity", "maxResults")
        given = members.get("definition")
        validation = await self.call(
            request,
            VALIDATE_WITH_ADVICE,
            definition=given if given is None or isinstance(given, str) else dump(given),
            type=text_member(members, "type"),
            severity=text_member(members, "severity"),
            maxResults=integer_member(members, "maxResults"),
            # Lines and columns would be those of a text that the client has never seen.
            placed=isinstance(given, str),
        )
        self.show(response, validation)
