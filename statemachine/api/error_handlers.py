"""Which refusal answers which failure of a request. Knows no action."""

from __future__ import annotations

from typing import Any

import structlog
from falcon import HTTPError
from falcon.asgi import App, Request, Response

from statemachine.api.refusals import UNAVAILABLE, ErrorAnswer, defect, is_for_aws, problem, refusal
from statemachine.errors import ServiceError
from statemachine.host import NotDurable, Unavailable

log = structlog.get_logger()


def answer(response: Response, refused: ErrorAnswer) -> None:
    """Answer with a refusal."""
    response.status = refused.status
    response.content_type = refused.content_type
    response.set_headers(refused.headers)
    response.text = refused.body


async def on_service_error(request: Request, response: Response, error: ServiceError, params: Any) -> None:
    """The service refused."""
    answer(response, refusal(error, for_aws=is_for_aws(request.method, request.path)))


async def on_unavailable(request: Request, response: Response, error: Exception, params: Any) -> None:
    """The server drains, recovers, or could not write."""
    answer(response, refusal(UNAVAILABLE, for_aws=is_for_aws(request.method, request.path)))


async def on_http_error(request: Request, response: Response, error: HTTPError, params: Any) -> None:
    """The framework refused: an unknown route, method or media type."""
    headers = dict(error.headers or {})
    answer(response, problem(error.status_code, error.title or "Error", error.description or error.title or ""))
    response.set_headers(headers)


async def on_defect(request: Request, response: Response, error: Exception, params: Any) -> None:
    """A mistake of ours: logged with its traceback, answered without it."""
    log.error("defect", path=request.path, target=request.get_header("X-Amz-Target"), exc_info=error)
    answer(response, refusal(defect(), for_aws=is_for_aws(request.method, request.path)))


def install(app: App[Request, Response]) -> None:
    """Answer every failure of `app` in the form of the API that was called."""
    app.add_error_handler(Exception, on_defect)
    app.add_error_handler(HTTPError, on_http_error)
    app.add_error_handler(NotDurable, on_unavailable)
    app.add_error_handler(Unavailable, on_unavailable)
    app.add_error_handler(ServiceError, on_service_error)
