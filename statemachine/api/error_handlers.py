"""Which refusal answers which failure of a request. Must not know an action."""

from __future__ import annotations

from typing import Any

import structlog
from falcon import HTTP_FOUND, MEDIA_HTML, HTTPError
from falcon.asgi import App, Request, Response

from statemachine.api.refusals import INTERNAL_ERROR, UNAVAILABLE, ErrorAnswer, is_for_aws, problem, refusal
from statemachine.api.rest.resource import PREFIX
from statemachine.errors import ServiceError
from statemachine.host import NotDurable, Unavailable

SERVED = f"The REST API is at {PREFIX}/, the AWS API at POST /."
log = structlog.get_logger()


def send(response: Response, refused: ErrorAnswer) -> None:
    """Let the response be a refusal."""
    response.status = refused.status
    response.content_type = refused.content_type
    response.set_headers(refused.headers)
    response.text = refused.body


def refuse(request: Request, response: Response, error: ServiceError) -> None:
    """Let the response be the refusal for an error, in the form of the API that was called."""
    send(response, refusal(error, for_aws=is_for_aws(request.method, request.path)))


async def on_service_error(request: Request, response: Response, error: ServiceError, params: Any) -> None:
    """The service refused."""
    refuse(request, response, error)


async def on_unavailable(request: Request, response: Response, error: Exception, params: Any) -> None:
    """The server drains, recovers, or could not write."""
    refuse(request, response, UNAVAILABLE)


async def on_http_error(request: Request, response: Response, error: HTTPError, params: Any) -> None:
    """The framework refused: an unknown route, a method that the route does not have, or a malformed header.

    A browser that asks for the root is sent to the page of the REST API.
    """
    if is_for_aws(request.method, request.path):
        refuse(request, response, ServiceError("SerializationException", error.description or str(error.title)))
    elif request.path == "/" and request.method in ("GET", "HEAD") and MEDIA_HTML.partition(";")[0] in request.accept:
        response.status = HTTP_FOUND
        response.location = f"{PREFIX}/"
    else:
        send(response, problem(error.status_code, str(error.title), _detail(request, error)))
        # Allow, which belongs to a 405.
        response.set_headers(dict(error.headers or {}))


def _detail(request: Request, error: HTTPError) -> str:
    if error.status_code == 404:
        return f"{request.method} {request.path} is not served. {SERVED}"
    if error.status_code == 405:
        allowed = dict(error.headers or {}).get("Allow", "")
        where = f" {SERVED}" if request.path == "/" else ""
        return f"{request.method} is not allowed here; allowed: {allowed}.{where}"
    return error.description or str(error.title)


async def on_defect(request: Request, response: Response, error: Exception, params: Any) -> None:
    """A defect: logged with its traceback, answered without it."""
    log.error("defect", path=request.path, target=request.get_header("X-Amz-Target"), exc_info=error)
    refuse(request, response, INTERNAL_ERROR)


def install(app: App[Request, Response]) -> None:
    """Answer every failure of `app` in the form of the API that was called."""
    app.add_error_handler(Exception, on_defect)
    app.add_error_handler(HTTPError, on_http_error)
    app.add_error_handler(NotDurable, on_unavailable)
    app.add_error_handler(Unavailable, on_unavailable)
    app.add_error_handler(ServiceError, on_service_error)
