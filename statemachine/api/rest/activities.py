"""Activities as resources. Must not know a worker."""

from __future__ import annotations

from falcon.asgi import Request, Response

from statemachine.api.rest.members import text_member
from statemachine.api.rest.resource import PAGING, PREFIX, RestResource
from statemachine.json_text import JsonText
from statemachine.service.actions import (
    CREATE_ACTIVITY,
    DELETE_ACTIVITY,
    DESCRIBE_ACTIVITY,
    GET_ACTIVITY_TASK,
    LIST_ACTIVITIES,
)


class ActivityList(RestResource):
    """/activities"""

    query = PAGING

    async def on_get(self, request: Request, response: Response) -> None:
        page = await self.call(request, LIST_ACTIVITIES, **self.paging_members(request))
        self.show(response, {"activities": page.activities, "cursor": page.next_token})

    async def on_post(self, request: Request, response: Response) -> None:
        name = text_member(await self.members(request, "name"), "name")
        created = await self.call(request, CREATE_ACTIVITY, name=name)
        response.status = 201
        response.location = f"{PREFIX}/activities/{name}"
        shown = {"name": name, "activityArn": created.activity_arn, "creationDate": created.creation_date}
        self.show(response, shown)


class ActivityItem(RestResource):
    """/activities/{name}"""

    async def on_get(self, request: Request, response: Response, name: str) -> None:
        self.show(response, await self.call(request, DESCRIBE_ACTIVITY, activityArn=self.home.activity(name)))

    async def on_delete(self, request: Request, response: Response, name: str) -> None:
        await self.call(request, DELETE_ACTIVITY, activityArn=self.home.activity(name), mustExist=True)
        response.status = 204


class ActivityTaskList(RestResource):
    """/activities/{name}/tasks"""

    async def on_post(self, request: Request, response: Response, name: str) -> None:
        members = await self.members(request, "workerName")
        worker = text_member(members, "workerName")
        arn = self.home.activity(name)
        task = await self.call(request, GET_ACTIVITY_TASK, activityArn=arn, workerName=worker)
        if task.task_token is None or task.input is None:
            response.status = 204
        else:
            self.show(response, {"taskToken": task.task_token, "input": JsonText(task.input)})
