"""Which Host headers are served, against DNS rebinding from a browser: loopback names, and those of a setting.

Must not know an API.
"""

from __future__ import annotations

from collections.abc import Sequence

from falcon.asgi import Request, Response

from statemachine.config.addresses import is_loopback
from statemachine.errors import ServiceError


class ServedHosts:
    """Middleware that refuses requests to other names than loopback ones and `names`."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = {name.lower() for name in names}

    async def process_request(self, request: Request, response: Response) -> None:
        """Raises ServiceError ForbiddenHost."""
        try:
            host = request.host
        except ValueError:  # what follows the colon is no number
            host = request.get_header("Host", default="")
        if not is_loopback(host) and host.lower() not in self._names:
            served = ", ".join(["localhost", *sorted(self._names)])
            text = f"Host '{host}' is not served here. Use one of {served}, or add the name to the setting host_names."
            raise ServiceError("ForbiddenHost", text)
