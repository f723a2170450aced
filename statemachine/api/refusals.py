"""Refusals in the form of the API that a request was made to. Knows no action.

The AWS API answers in AWS JSON 1.0, every other path in problem+json (RFC 9457). A request that is refused before it
reaches an API (foreign Host, server not ready) gets the form of the API that it was meant for.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import msgspec

from statemachine.errors import ServiceError
from statemachine.json_text import dump

AWS_CONTENT_TYPE = "application/x-amz-json-1.0"
PROBLEM_CONTENT_TYPE = "application/problem+json"
AWS_MEMBERS = ("reason", "resourceName")
"""The members that AWS's shapes of errors have; others are shown on the REST API only."""

UNAVAILABLE = ServiceError("ServiceUnavailable", "The server cannot take this now; try again.", status=503)
NOT_READY = ServiceError("ServiceUnavailable", "The server is starting; try again.", status=503)

STATUSES = {
    "ActivityDoesNotExist": 404,
    "ConflictException": 409,
    "ExecutionAlreadyExists": 409,
    "ExecutionDoesNotExist": 404,
    "ExecutionLimitExceeded": 429,
    "InvalidArn": 400,
    "ResourceNotFound": 404,
    "StateMachineAlreadyExists": 409,
    "StateMachineDeleting": 409,
    "StateMachineDoesNotExist": 404,
    "StateMachineTypeNotSupported": 422,
    "TaskDoesNotExist": 404,
    "TaskTimedOut": 409,
}
"""HTTP statuses of AWS's errors on the REST API; others keep their own."""


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """A refusal as it goes over the wire."""

    status: int
    content_type: str
    body: str
    headers: dict[str, str] = field(default_factory=dict)


def is_for_aws(method: str, path: str) -> bool:
    """Was the AWS API meant?"""
    return method == "POST" and path == "/"


def refusal(error: ServiceError, *, for_aws: bool) -> ErrorAnswer:
    """The refusal in the form of one API. A status of 503 asks the client to try again after a second."""
    headers = {"Retry-After": "1"} if error.status == 503 else {}
    if for_aws:
        members = {name: value for name, value in error.members.items() if name in AWS_MEMBERS}
        body = dump({"__type": error.code, "message": error.message, **members})
        headers |= {"x-amzn-ErrorType": error.code, "x-amzn-RequestId": str(uuid.uuid4())}
        return ErrorAnswer(error.status, AWS_CONTENT_TYPE, body, headers)
    status = STATUSES.get(error.code, error.status)
    return problem(status, error.code, error.message, msgspec.to_builtins(error.members), headers)


def problem(
    status: int, title: str, detail: str, members: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> ErrorAnswer:
    """A problem document; `title` is the error's name, `detail` its text."""
    body = dump({"title": title, "status": status, "detail": detail, **(members or {})})
    return ErrorAnswer(status, PROBLEM_CONTENT_TYPE, body, headers or {})


def defect() -> ServiceError:
    """The refusal for a mistake of ours. It tells no details."""
    return ServiceError("InternalServerError", "Internal error", status=500)
