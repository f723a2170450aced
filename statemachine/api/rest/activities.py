"""Activities as resources."""

from __future__ import annotations

from falcon.asgi import Request, Response

from statemachine.api.requests import check_request
from statemachine.api.rest.door import PREFIX, Door, shown, text_member
from statemachine.errors import ServiceError
from statemachine.json_text import dump


class ActivityList(Door):
    """/activities"""

    async def on_get(self, request: Request, response: Response) -> None:
        page = await self.service.activities.list_page(**self.page(request))
        response.text = dump({"activities": shown(page["activities"]), "cursor": page.get("nextToken")})

    async def on_post(self, request: Request, response: Response) -> None:
        name = text_member(await self.members(request, "name"), "name")
        if name is None:
            raise ServiceError("ValidationException", "'name' is required", pointer="")
        check_request("CreateActivity", {"name": name})
        created = await self.service.activities.create(name=name)
        response.status = 201
        response.location = f"{PREFIX}/activities/{name}"
        response.text = dump(shown({"name": name, **created}))


class ActivityItem(Door):
    """/activities/{name}"""

    async def on_get(self, request: Request, response: Response, name: str) -> None:
        arn = self.home.activity(name)
        response.text = dump(shown(await self.service.activities.describe(activity_arn=arn)))

    async def on_delete(self, request: Request, response: Response, name: str) -> None:
        arn = self.home.activity(name)
        await self.service.activities.describe(activity_arn=arn)
        await self.service.activities.delete(activity_arn=arn)
        response.status = 204
