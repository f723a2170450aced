"""Refuses requests that a web page of another origin makes. Must not know an API.

A browser sends Origin with each cross-origin request that may change something, and newer browsers send Sec-Fetch-Site
with every request. A client that sends neither is no browser.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from falcon.asgi import Request, Response

from statemachine.errors import ServiceError

READING = frozenset({"GET", "HEAD", "OPTIONS"})
_SAME_ORIGIN = frozenset({"same-origin", "none"})
"""`none`: the user typed the address."""


class SameOriginOnly:
    """Middleware that refuses what may change something, if a page of another origin asks for it."""

    async def process_request(self, request: Request, response: Response) -> None:
        """Raises ServiceError ForbiddenOrigin."""
        if request.method in READING:
            return
        site = request.get_header("Sec-Fetch-Site")
        origin = request.get_header("Origin")
        if site is not None and site not in _SAME_ORIGIN:
            raise _forbidden(f"Sec-Fetch-Site is {site}")
        if origin is not None and not _is_of(origin, request):
            raise _forbidden(f"Origin is {origin}")


def _is_of(origin: str, request: Request) -> bool:
    """Is this the origin of the server, under the name by which it was called? A proxy may speak https for it."""
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return False
    default = 443 if parts.scheme == "https" else 80
    host = request.get_header("Host", default="").lower()
    return parts.scheme in ("http", "https") and host in (parts.netloc.lower(), f"{parts.hostname}:{port or default}")


def _forbidden(reason: str) -> ServiceError:
    text = f"A web page of another origin may not change anything here ({reason}). Programs send neither header."
    return ServiceError("ForbiddenOrigin", text)
