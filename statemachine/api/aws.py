"""The AWS API: X-Amz-Target names an action, members go in and out as AWS JSON 1.0. Signatures are not checked.

Must not know a verb.
"""

from __future__ import annotations

import uuid
from typing import Any

from falcon.asgi import Request, Response

from statemachine.api.body import read_body
from statemachine.api.connection import while_connected
from statemachine.api.refusals import AWS_CONTENT_TYPE
from statemachine.api.render import aws_json
from statemachine.config import Settings
from statemachine.errors import ServiceError
from statemachine.json_text import JsonError, parse_bytes
from statemachine.service.actions import Action, Actions
from statemachine.service.requests import is_aws_action, known_members

TARGET = "AWSStepFunctions."


class AwsApi:
    """POST / with X-Amz-Target."""

    def __init__(self, actions: Actions, settings: Settings) -> None:
        self._actions = actions
        self._settings = settings

    async def on_post(self, request: Request, response: Response) -> None:
        """Perform one action. Its errors are raised; the error handlers answer them in AWS's shape."""
        action, members = await self._read(request)
        answer = await while_connected(request, action, self._actions.call(action, **members))
        response.content_type = AWS_CONTENT_TYPE
        response.set_header("x-amzn-RequestId", str(uuid.uuid4()))
        response.data = await aws_json.render(answer, large=action.large)

    async def _read(self, request: Request) -> tuple[Action[Any], dict[str, Any]]:
        """The action that is asked for, and the members that AWS's request has."""
        target = request.get_header("X-Amz-Target") or ""
        name = target.removeprefix(TARGET)
        action = self._actions.aws_action(name) if target.startswith(TARGET) else None
        body = await read_body(request, self._settings.body_bytes_max)
        if action is None:
            raise _unknown(target)
        try:
            members = parse_bytes(body) if body else {}
        except JsonError as error:
            raise ServiceError("SerializationException", error.message) from None
        if not isinstance(members, dict):
            raise ServiceError("SerializationException", "Start of structure or map found where not expected.")
        return action, known_members(name, members)


def _unknown(target: str) -> ServiceError:
    """The error for a target that names no action of this server."""
    name = target.removeprefix(TARGET)
    if not target:
        text = "The header X-Amz-Target is missing"
    elif target.startswith(TARGET) and is_aws_action(name):
        text = f"This server does not have the action {name}; docs/api.md lists the actions that it has"
    else:
        text = f"The action {target} is not known"
    return ServiceError("UnknownOperationException", text)
