"""Errors of the REST door as problem+json (RFC 9457). Knows no verb."""

from __future__ import annotations

from typing import Any

import msgspec
import structlog
from falcon import HTTPError
from falcon.asgi import App, Request, Response

from statemachine.errors import ServiceError
from statemachine.host import NotDurable, Unavailable
from statemachine.json_text import dump

CONTENT_TYPE = "application/problem+json"
log = structlog.get_logger()

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
"""HTTP statuses of AWS's errors on this door; others keep their own."""


def problem(response: Response, status: int, title: str, detail: str, members: dict[str, Any] | None = None) -> None:
    """Answer with a problem document; `title` is the error's name, `detail` its text."""
    response.status = status
    response.content_type = CONTENT_TYPE
    response.text = dump({"title": title, "status": status, "detail": detail, **(members or {})})


async def on_service_error(request: Request, response: Response, error: ServiceError, params: Any) -> None:
    """A refusal by the service."""
    status = STATUSES.get(error.code, error.status)
    problem(response, status, error.code, error.message, msgspec.to_builtins(error.members))


async def on_unavailable(request: Request, response: Response, error: Exception, params: Any) -> None:
    """The server drains, recovers, or could not write."""
    response.set_header("Retry-After", "1")
    problem(response, 503, "ServiceUnavailable", "The server cannot take this now; try again.")


async def on_http_error(request: Request, response: Response, error: HTTPError, params: Any) -> None:
    """What the framework refuses: unknown routes, methods, media types."""
    response.set_headers(error.headers or {})
    problem(response, error.status_code, error.title or "Error", error.description or error.title or "")


async def on_defect(request: Request, response: Response, error: Exception, params: Any) -> None:
    """A mistake of ours: logged with its traceback, answered without."""
    log.error("defect", path=request.path, exc_info=error)
    problem(response, 500, "InternalServerError", "Internal error")


def install(app: App[Request, Response]) -> None:
    """Answer every failure of `app` as a problem document."""
    app.add_error_handler(Exception, on_defect)
    app.add_error_handler(HTTPError, on_http_error)
    app.add_error_handler(NotDurable, on_unavailable)
    app.add_error_handler(Unavailable, on_unavailable)
    app.add_error_handler(ServiceError, on_service_error)
