"""The AWS door: X-Amz-Target names a verb, members go in and out as JSON 1.0. Translates, never decides.

A new action is a line in ACTIONS and a verb in the service. Signatures are not looked at.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable
from inspect import signature
from typing import Any

import structlog
from falcon.asgi import Request, Response

from statemachine.api.body import read_body
from statemachine.api.connection import while_connected
from statemachine.api.requests import check_request
from statemachine.config import Settings
from statemachine.errors import ServiceError
from statemachine.host import NotDurable, Unavailable
from statemachine.json_text import JsonError, dump, parse_bytes
from statemachine.service.service import Service

TARGET = "AWSStepFunctions."
CONTENT_TYPE = "application/x-amz-json-1.0"
LONG_POLLS = {"GetActivityTask"}
"""Actions that are given up when their client goes away, so that nothing is handed to nobody."""

Verb = Callable[..., Awaitable[dict[str, Any]]]
log = structlog.get_logger()


def actions(service: Service) -> dict[str, Verb]:
    """AWS's action names and the verbs that serve them."""
    machines, executions = service.state_machines, service.executions
    activities, answers = service.activities, service.answers
    return {
        "CreateActivity": activities.create,
        "CreateStateMachine": machines.create,
        "DeleteActivity": activities.delete,
        "DeleteStateMachine": machines.delete,
        "DescribeActivity": activities.describe,
        "DescribeExecution": executions.describe,
        "DescribeStateMachine": machines.describe,
        "DescribeStateMachineForExecution": executions.describe_state_machine,
        "GetActivityTask": activities.poll,
        "GetExecutionHistory": executions.history,
        "ListActivities": activities.list_page,
        "ListExecutions": executions.list_page,
        "ListStateMachines": machines.list_page,
        "SendTaskFailure": answers.fail,
        "SendTaskHeartbeat": answers.heartbeat,
        "SendTaskSuccess": answers.succeed,
        "StartExecution": executions.start,
        "StopExecution": executions.stop,
        "UpdateStateMachine": machines.update,
        "ValidateStateMachineDefinition": service.validations.validate,
    }


class AwsDoor:
    """POST / with X-Amz-Target."""

    def __init__(self, service: Service, settings: Settings) -> None:
        self._settings = settings
        self._actions = {name: (verb, _parameters(verb)) for name, verb in actions(service).items()}

    async def on_post(self, request: Request, response: Response) -> None:
        """Serve one action; every failure is answered in AWS's shape."""
        response.content_type = CONTENT_TYPE
        response.set_header("x-amzn-RequestId", str(uuid.uuid4()))
        try:
            response.text = dump(await self._serve(request))
        except ServiceError as refusal:
            self._refuse(response, refusal)
        except (NotDurable, Unavailable):
            response.set_header("Retry-After", "1")
            text = "The server cannot take this now; try again."
            self._refuse(response, ServiceError("ServiceUnavailable", text, status=503))
        except Exception as defect:
            log.error("defect", target=request.get_header("X-Amz-Target"), exc_info=defect)
            self._refuse(response, ServiceError("InternalServerError", "Internal error", status=500))

    async def _serve(self, request: Request) -> dict[str, Any]:
        target = request.get_header("X-Amz-Target") or ""
        name = target.removeprefix(TARGET)
        action = self._actions.get(name) if target.startswith(TARGET) else None
        body = await read_body(request, self._settings.body_bytes_max, self._settings.body_seconds)
        if action is None:
            raise ServiceError("UnknownOperationException", f"The action {target or '(none)'} is not known")
        try:
            members = parse_bytes(body) if body else {}
        except JsonError as error:
            raise ServiceError("SerializationException", error.message) from None
        if not isinstance(members, dict):
            raise ServiceError("SerializationException", "Start of structure or map found where not expected.")
        check_request(name, members)
        verb, parameters = action
        given = {parameters[member]: value for member, value in members.items() if member in parameters}
        answer = verb(**{name: value for name, value in given.items() if value is not None})
        return await (while_connected(request, answer) if name in LONG_POLLS else answer)

    def _refuse(self, response: Response, error: ServiceError) -> None:
        response.status = error.status
        response.set_header("x-amzn-ErrorType", error.code)
        response.text = dump({"__type": error.code, "message": error.message, **_shown(error.members)})


def _shown(members: dict[str, Any]) -> dict[str, Any]:
    """The members that AWS's shapes have; others are for our own door."""
    return {name: value for name, value in members.items() if name in ("reason", "resourceName")}


def _parameters(verb: Verb) -> dict[str, str]:
    """Wire names of a verb's parameters: state_machine_arn is stateMachineArn."""
    return {re.sub(r"_(.)", lambda match: match[1].upper(), name): name for name in signature(verb).parameters}
