"""Waiting tasks as resources, and the answers to those whose token the caller bears."""

from __future__ import annotations

from falcon.asgi import Request, Response

from statemachine.api.requests import check_request
from statemachine.api.rest.door import Door, shown, text_member
from statemachine.json_text import dump


class TaskList(Door):
    """/tasks"""

    async def on_get(self, request: Request, response: Response) -> None:
        page = await self.service.tasks.list_page(**self.page(request))
        response.text = dump({"tasks": shown(page["tasks"]), "cursor": page.get("nextToken")})


class TaskSuccess(Door):
    """/tasks/{token}/success"""

    async def on_post(self, request: Request, response: Response, token: str) -> None:
        members = await self.members(request, "output")
        output = dump(members.get("output", {}))
        check_request("SendTaskSuccess", {"taskToken": token, "output": output})
        await self.service.answers.succeed(task_token=token, output=output)
        response.status = 204


class TaskFailure(Door):
    """/tasks/{token}/failure"""

    async def on_post(self, request: Request, response: Response, token: str) -> None:
        members = await self.members(request, "error", "cause")
        error, cause = text_member(members, "error"), text_member(members, "cause")
        check_request("SendTaskFailure", {"taskToken": token, "error": error, "cause": cause})
        await self.service.answers.fail(task_token=token, error=error, cause=cause)
        response.status = 204


class TaskHeartbeat(Door):
    """/tasks/{token}/heartbeat"""

    async def on_post(self, request: Request, response: Response, token: str) -> None:
        await self.members(request)
        check_request("SendTaskHeartbeat", {"taskToken": token})
        await self.service.answers.heartbeat(task_token=token)
        response.status = 204
