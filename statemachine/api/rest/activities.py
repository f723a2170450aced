"""Activities as resources."""

from __future__ import annotations

from falcon.asgi import Request, Response

from statemachine.api.rest.resource import PREFIX, RestResource, text_member
from statemachine.errors import ServiceError
from statemachine.service.actions import CREATE_ACTIVITY, DELETE_ACTIVITY, DESCRIBE_ACTIVITY, LIST_ACTIVITIES


class ActivityList(RestResource):
    """/activities"""

    async def on_get(self, request: Request, response: Response) -> None:
        page = await self.call(LIST_ACTIVITIES, **self.page(request))
        self.show(response, {"activities": page.activities, "cursor": page.next_token})

    async def on_post(self, request: Request, response: Response) -> None:
        name = text_member(await self.members(request, "name"), "name")
        if name is None:
            raise ServiceError("ValidationException", "'name' is required", pointer="")
        created = await self.call(CREATE_ACTIVITY, name=name)
        response.status = 201
        response.location = f"{PREFIX}/activities/{name}"
        shown = {"name": name, "activityArn": created.activity_arn, "creationDate": created.creation_date}
        self.show(response, shown)


class ActivityItem(RestResource):
    """/activities/{name}"""

    async def on_get(self, request: Request, response: Response, name: str) -> None:
        self.show(response, await self.call(DESCRIBE_ACTIVITY, activityArn=self.home.activity(name)))

    async def on_delete(self, request: Request, response: Response, name: str) -> None:
        arn = self.home.activity(name)
        await self.call(DESCRIBE_ACTIVITY, activityArn=arn)
        await self.call(DELETE_ACTIVITY, activityArn=arn)
        response.status = 204
