"""The query parameters of the REST API: which are allowed, and their values. Must not know a resource."""

from __future__ import annotations

from typing import Any

from falcon.asgi import Request, Response

from statemachine.api.rest.timestamp import TIMESTAMP_WANTED, read_timestamp
from statemachine.errors import ServiceError

REPEATABLE = ("machine", "status")
DIGITS_MAX = 18


class KnownParametersOnly:
    """Middleware that refuses a request with a query parameter that its resource does not have, so that none is
    overlooked, or with one that is given twice."""

    async def process_resource(self, request: Request, response: Response, resource: Any, params: Any) -> None:
        """Raises ServiceError ValidationException."""
        parameters = getattr(resource, "query", None)
        if parameters is None:
            return
        allowed = parameters if request.method in ("GET", "HEAD") else ()
        for name, value in request.params.items():
            if name not in allowed:
                expected = f"expected: {', '.join(allowed)}" if allowed else "no parameter is"
                text = f"The query parameter '{name}' is not expected here; {expected}"
                raise ServiceError("ValidationException", text, parameter=name)
            if isinstance(value, list) and name not in REPEATABLE:
                raise ServiceError("ValidationException", f"'{name}' is given more than once", parameter=name)


def integer_parameter(request: Request, name: str, least: int) -> int | None:
    """A whole number in the query: digits and nothing else. Raises ServiceError ValidationException."""
    text = request.get_param(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX and int(text) >= least):
        raise ServiceError("ValidationException", f"'{name}' must be a whole number, at least {least}", parameter=name)
    return int(text)


def boolean_parameter(request: Request, name: str) -> bool:
    """`true` or `false` in the query; false if it is left out. Raises ServiceError ValidationException."""
    text = request.get_param(name, default="false")
    if text not in ("true", "false"):
        raise ServiceError("ValidationException", f"'{name}' must be true or false", parameter=name)
    return text == "true"


def timestamp_parameter(request: Request, name: str) -> float | None:
    """A timestamp in the query as epoch seconds. Raises ServiceError ValidationException."""
    text = request.get_param(name)
    if text is None:
        return None
    timestamp = read_timestamp(text)
    if timestamp is None:
        plus = "; in a query, write + as %2B" if read_timestamp(text.replace(" ", "+")) is not None else ""
        raise ServiceError("ValidationException", f"'{name}' must be {TIMESTAMP_WANTED}{plus}", parameter=name)
    return timestamp
