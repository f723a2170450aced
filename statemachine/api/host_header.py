"""Which Host headers are served: on a loopback address only loopback names, against DNS rebinding from a browser.

Must not know an API.
"""

from __future__ import annotations

import ipaddress

from falcon.asgi import Request, Response

from statemachine.errors import ServiceError

SYNC_PREFIX = "sync-"
"""The host prefix that SDKs put before some actions (service model)."""


def is_loopback(host: str) -> bool:
    """Is this address or name this machine's own?"""
    name = host.removeprefix(SYNC_PREFIX).strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class LoopbackOnly:
    """Middleware that refuses requests made to any other name than a loopback one."""

    async def process_request(self, request: Request, response: Response) -> None:
        """Raises ServiceError ForbiddenHost."""
        try:
            host = request.host
        except ValueError:  # what follows the colon is no number
            host = request.get_header("Host", default="")
        if not is_loopback(host):
            text = (
                f"Host '{host}' is not served here, because the server is bound to a loopback address. Use localhost, "
                "or bind an address that other machines can reach (--host and --allow-unauthenticated): "
                "then every Host is served."
            )
            raise ServiceError("ForbiddenHost", text)
