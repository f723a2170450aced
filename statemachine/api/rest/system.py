"""The server itself as a resource. Must not know what is counted."""

from __future__ import annotations

from falcon.asgi import Request, Response

from statemachine.api.rest.resource import RestResource
from statemachine.service.actions import DESCRIBE_SERVER


class SystemItem(RestResource):
    """/system"""

    async def on_get(self, request: Request, response: Response) -> None:
        self.show(response, await self.call(request, DESCRIBE_SERVER))
