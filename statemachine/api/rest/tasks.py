"""Waiting tasks as resources, and task callbacks by a token. Must not know a worker."""

from __future__ import annotations

from falcon.asgi import Request, Response

from statemachine.api.rest.members import text_member
from statemachine.api.rest.resource import PAGING, RestResource
from statemachine.json_text import dump
from statemachine.service.actions import LIST_TASKS, SEND_TASK_FAILURE, SEND_TASK_HEARTBEAT, SEND_TASK_SUCCESS


class TaskList(RestResource):
    """/tasks"""

    query = PAGING

    async def on_get(self, request: Request, response: Response) -> None:
        page = await self.call(request, LIST_TASKS, **self.paging_members(request))
        self.show(response, {"tasks": page.tasks, "cursor": page.next_token})


class TaskSuccessItem(RestResource):
    """/tasks/{token}/success"""

    async def on_post(self, request: Request, response: Response, token: str) -> None:
        members = await self.members(request, "output")
        await self.call(request, SEND_TASK_SUCCESS, taskToken=token, output=dump(members.get("output", {})))
        response.status = 204


class TaskFailureItem(RestResource):
    """/tasks/{token}/failure"""

    async def on_post(self, request: Request, response: Response, token: str) -> None:
        members = await self.members(request, "error", "cause")
        error, cause = text_member(members, "error"), text_member(members, "cause")
        await self.call(request, SEND_TASK_FAILURE, taskToken=token, error=error, cause=cause)
        response.status = 204


class TaskHeartbeatItem(RestResource):
    """/tasks/{token}/heartbeat"""

    async def on_post(self, request: Request, response: Response, token: str) -> None:
        await self.members(request)
        await self.call(request, SEND_TASK_HEARTBEAT, taskToken=token)
        response.status = 204
