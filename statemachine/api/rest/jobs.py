"""Jobs in the plain formats, their executions, and counts of executions, as clients of plain job servers expect them.

Must not know a format.
"""

from __future__ import annotations

from falcon.asgi import Request, Response

from statemachine.api.rest.resource import PAGING, PREFIX, RestResource
from statemachine.errors import ServiceError
from statemachine.json_text import dump
from statemachine.service.actions import (
    DESCRIBE_JOB,
    DESCRIBE_JOB_STATE,
    DESCRIBE_SERVER,
    EXECUTE_JOB,
    LIST_JOBS,
    REGISTER_JOB,
)


class JobDefinitionList(RestResource):
    """/job-definitions"""

    query = PAGING

    async def on_get(self, request: Request, response: Response) -> None:
        page = await self.call(request, LIST_JOBS, **self.paging_members(request))
        self.show(response, {"jobs": page.jobs, "cursor": page.next_token})

    async def on_post(self, request: Request, response: Response) -> None:
        body = await self.body(request)
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise ServiceError("InvalidJob", f"The body is not UTF-8 text (byte {error.start})", pointer="") from None
        registered = await self.call(request, REGISTER_JOB, text=text)
        response.status = 201 if registered.is_new else 200
        response.location = f"{PREFIX}/job-definitions/{registered.job.id}"
        self.show(response, registered.job)


class JobDefinitionItem(RestResource):
    """/job-definitions/{id}"""

    async def on_get(self, request: Request, response: Response, id: str) -> None:
        self.show(response, await self.call(request, DESCRIBE_JOB, id=id))


class JobExecute(RestResource):
    """/jobs/{id}/execute"""

    async def on_post(self, request: Request, response: Response, id: str) -> None:
        if request.get_header("Idempotency-Key") is not None:
            text = "A job cannot be executed with an Idempotency-Key: start its state machine with it"
            raise ServiceError("ValidationException", text, header="Idempotency-Key")
        members = await self.members(request, "input")
        started = await self.call(request, EXECUTE_JOB, id=id, input=dump(members.get("input", {})))
        response.status = 202
        response.location = f"{PREFIX}/jobs/{started.execution_id}/state"
        self.show(response, started)


class JobState(RestResource):
    """/jobs/{id}/state and /jobs/{id}/status: of an execution by its id, or of a job's latest one by the job's id"""

    async def on_get(self, request: Request, response: Response, id: str) -> None:
        self.show(response, await self.call(request, DESCRIBE_JOB_STATE, id=id))


class JobServerState(RestResource):
    """/system/state and /system/status"""

    async def on_get(self, request: Request, response: Response) -> None:
        executions = (await self.call(request, DESCRIBE_SERVER)).executions
        completed = executions.ended["SUCCEEDED"]
        counts = {
            "status": "RUNNING",
            "queued": executions.pending,
            "running": executions.running,
            "completed": completed,
            "failed": sum(executions.ended.values()) - completed,
        }
        self.show(response, counts)


JOB_ROUTES: dict[str, type[RestResource]] = {
    "/job-definitions": JobDefinitionList,
    "/job-definitions/{id}": JobDefinitionItem,
    "/jobs/{id}/execute": JobExecute,
    "/jobs/{id}/state": JobState,
    "/jobs/{id}/status": JobState,
    "/system/state": JobServerState,
    "/system/status": JobServerState,
}
"""Served below PREFIX and, for clients of plain job servers, at the root too."""
