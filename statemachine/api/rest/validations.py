"""Validations as a resource: a definition is judged and not registered."""

from __future__ import annotations

from falcon.asgi import Request, Response

from statemachine.api.rest.resource import RestResource, integer_member, text_member
from statemachine.errors import ServiceError
from statemachine.json_text import dump
from statemachine.service.actions import REPORT_ON_DEFINITION


class ValidationList(RestResource):
    """/validations"""

    async def on_post(self, request: Request, response: Response) -> None:
        members = await self.members(request, "definition", "type", "severity", "maxResults")
        given = members.get("definition")
        if given is None:
            raise ServiceError("ValidationException", "'definition' is required", pointer="")
        is_text = isinstance(given, str)
        report = await self.call(
            REPORT_ON_DEFINITION,
            definition=given if is_text else dump(given),
            type=text_member(members, "type"),
            severity=text_member(members, "severity"),
            maxResults=integer_member(members, "maxResults"),
            # Lines and columns would be those of a text that the client has never seen.
            placed=is_text,
        )
        self.show(response, report)
