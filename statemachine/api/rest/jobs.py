"""Jobs in the plain formats, their executions, and a short word on the server, in the words of plain job servers."""

from __future__ import annotations

import asyncio

from falcon.asgi import Request, Response

from statemachine.api.body import read_body
from statemachine.api.rest.door import PREFIX, Door, shown
from statemachine.errors import ServiceError
from statemachine.json_text import dump


class JobDefinitionList(Door):
    """/job-definitions"""

    async def on_get(self, request: Request, response: Response) -> None:
        response.text = dump({"jobs": self.service.jobs.list_all()})

    async def on_post(self, request: Request, response: Response) -> None:
        body = await read_body(request, self._settings.body_bytes_max, self._settings.body_seconds)
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise ServiceError("InvalidJob", f"The body is no UTF-8 text (byte {error.start})", pointer="") from None
        registered = await self.service.jobs.register(text)
        response.status = 201 if registered.pop("isNew") else 200
        response.location = f"{PREFIX}/job-definitions/{registered['id']}"
        response.text = dump(shown(registered))


class JobDefinitionItem(Door):
    """/job-definitions/{id}"""

    async def on_get(self, request: Request, response: Response, id: str) -> None:
        response.text = dump(shown(self.service.jobs.describe(id)))


class JobExecute(Door):
    """/jobs/{id}/execute"""

    async def on_post(self, request: Request, response: Response, id: str) -> None:
        members = await self.members(request, "input")
        started = await self.service.jobs.execute(id, dump(members.get("input", {})))
        response.status = 202
        response.location = f"{PREFIX}/jobs/{started['executionId']}/state"
        response.text = dump(started)


class JobState(Door):
    """/jobs/{id}/state and /jobs/{id}/status: of an execution by its id, or of a job's latest one by the job's id"""

    async def on_get(self, request: Request, response: Response, id: str) -> None:
        jobs = self.service.jobs
        response.text = dump(await asyncio.to_thread(jobs.state if ":" in id else jobs.latest, id))


class JobSystem(Door):
    """/system/state and /system/status"""

    async def on_get(self, request: Request, response: Response) -> None:
        executions = (await self.service.system.describe())["executions"]
        finished = executions["finished"]
        response.text = dump(
            {
                "status": "RUNNING",
                "queued": executions["pending"],
                "running": executions["running"],
                "completed": finished["SUCCEEDED"],
                "failed": sum(finished.values()) - finished["SUCCEEDED"],
            }
        )


JOB_ROUTES: dict[str, type[Door]] = {
    "/job-definitions": JobDefinitionList,
    "/job-definitions/{id}": JobDefinitionItem,
    "/jobs/{id}/execute": JobExecute,
    "/jobs/{id}/state": JobState,
    "/jobs/{id}/status": JobState,
    "/system/state": JobSystem,
    "/system/status": JobSystem,
}
"""Served below PREFIX and, for clients of plain job servers, at the root too."""
