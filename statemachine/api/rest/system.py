"""The server itself as a resource."""

from __future__ import annotations

from falcon.asgi import Request, Response

from statemachine.api.rest.door import Door, shown
from statemachine.json_text import dump


class SystemItem(Door):
    """/system"""

    async def on_get(self, request: Request, response: Response) -> None:
        response.text = dump(shown(await self.service.system.describe()))
