"""Refusals in the form of the API that a request was made to. Must not know an action.

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

AWS_MEMBERS = ("resourceName",)
"""The further members that errors have on the AWS API (service model)."""

UNAVAILABLE = ServiceError("ServiceUnavailable", "The server cannot take this now; try again.")
NOT_READY = ServiceError("ServiceUnavailable", "The server is starting; try again.")
INTERNAL_ERROR = ServiceError("InternalServerError", "Internal error")
"""The refusal for a defect. It tells no details."""

AWS_STATUSES = {
    "ClientDisconnected": 499,
    "ForbiddenHost": 403,
    "ForbiddenOrigin": 403,
    "InternalServerError": 500,
    "RequestEntityTooLargeException": 413,
    "RequestHeaderFieldsTooLarge": 431,
    "RequestTimeoutException": 408,
    "ServiceUnavailable": 503,
    "ThrottlingException": 429,
}
"""HTTP statuses of errors on both APIs. On the AWS API any other error has 400."""

REST_STATUSES = AWS_STATUSES | {
    "ActivityDoesNotExist": 404,
    "ActivityLimitExceeded": 429,
    "ExecutionAlreadyExists": 409,
    "ExecutionDoesNotExist": 404,
    "ExecutionLimitExceeded": 429,
    "IdempotencyKeyReused": 422,
    "JobDoesNotExist": 404,
    "PreconditionFailed": 412,
    "RevisionDoesNotExist": 404,
    "SchemaDoesNotExist": 404,
    "StateMachineAlreadyExists": 409,
    "StateMachineDeleting": 409,
    "StateMachineDoesNotExist": 404,
    "StateMachineLimitExceeded": 429,
    "StateMachineTypeNotSupported": 422,
    "TaskTimedOut": 409,
}
"""HTTP statuses of errors on the REST API. Any other error has 400."""


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """A refusal as it goes over the wire."""

    status: int
    content_type: str
    body: str
    headers: dict[str, str] = field(default_factory=dict)


def is_for_aws(method: str, path: str) -> bool:
    """Is this a request to the AWS API?"""
    return method == "POST" and not path.strip("/")


def refusal(error: ServiceError, *, for_aws: bool) -> ErrorAnswer:
    """The refusal in the form of one API. A status of 503 asks the client to try again after a second."""
    status = (AWS_STATUSES if for_aws else REST_STATUSES).get(error.code, 400)
    headers = {"Retry-After": "1"} if status == 503 else {}
    if for_aws:
        named = {name: error.members[name] for name in AWS_MEMBERS if name in error.members}
        body = dump({"__type": error.code, "message": error.message, **named})
        headers |= {"x-amzn-ErrorType": error.code, "x-amzn-RequestId": str(uuid.uuid4())}
        return ErrorAnswer(status, AWS_CONTENT_TYPE, body, headers)
    return problem(status, error.code, error.detail, msgspec.to_builtins(error.members), headers)


def problem(
    status: int, title: str, detail: str, members: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> ErrorAnswer:
    """A problem document; `title` is the error's name, `detail` its text."""
    body = dump({"title": title, "status": status, "detail": detail, **(members or {})})
    return ErrorAnswer(status, PROBLEM_CONTENT_TYPE, body, headers or {})
