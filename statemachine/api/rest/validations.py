"""Validations as a resource: what is wrong with a definition, without registering it."""

from __future__ import annotations

from falcon.asgi import Request, Response

from statemachine.api.requests import check_request
from statemachine.api.rest.door import Door, integer_member, text_member
from statemachine.errors import ServiceError
from statemachine.json_text import dump


class ValidationList(Door):
    """/validations"""

    async def on_post(self, request: Request, response: Response) -> None:
        members = await self.members(request, "definition", "type", "severity", "maxResults")
        given = members.get("definition")
        if given is None:
            raise ServiceError("ValidationException", "'definition' is required", pointer="")
        definition = given if isinstance(given, str) else dump(given)
        type_, severity = text_member(members, "type"), text_member(members, "severity")
        limit = integer_member(members, "maxResults")
        wanted = {"definition": definition, "type": type_, "severity": severity, "maxResults": limit}
        check_request("ValidateStateMachineDefinition", wanted)
        answer = await self.service.validations.report(
            definition=definition, type=type_ or "STANDARD", severity=severity or "WARNING", max_results=limit or 0
        )
        if not isinstance(given, str):
            for diagnostic in answer["diagnostics"]:
                # The lines would be those of a text that the client has never seen.
                del diagnostic["line"], diagnostic["column"]
        response.text = dump(answer)
