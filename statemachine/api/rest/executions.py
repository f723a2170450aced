"""Executions as resources: their lists by one set of filters, their start, end and history. Must not know a state."""

from __future__ import annotations

from typing import Any

from falcon.asgi import Request, Response

from statemachine.api.render import rest_json
from statemachine.api.rest.members import integer_member, text_member, timestamp_member
from statemachine.api.rest.query import boolean_parameter, timestamp_parameter
from statemachine.api.rest.resource import PAGING, PREFIX, RestResource
from statemachine.arn import parse_arn
from statemachine.json_text import dump
from statemachine.service.actions import (
    DESCRIBE_EXECUTION_WITH_START,
    GET_EXECUTION_HISTORY,
    LIST_EXECUTION_LOGS,
    LIST_FILTERED_EXECUTIONS,
    LIST_OPEN_TASKS,
    START_EXECUTION,
    START_EXECUTION_WITH_KEY,
    STOP_EXECUTION,
)
from statemachine.service.executions.answers import StartedExecution

FILTERS = ("status", "startedAfter", "startedBefore", "namePrefix", "errorContains")


class ExecutionPages(RestResource):
    """The filters and pages of both lists of executions."""

    async def show_page(self, request: Request, response: Response, **machines: Any) -> None:
        """Write a page of the executions to which all filters apply; `machines` is the filter by state machine."""
        page = await self.call(
            request,
            LIST_FILTERED_EXECUTIONS,
            status=request.get_param_as_list("status"),
            startedAfter=timestamp_parameter(request, "startedAfter"),
            startedBefore=timestamp_parameter(request, "startedBefore"),
            namePrefix=request.get_param("namePrefix"),
            errorContains=request.get_param("errorContains"),
            **machines,
            **self.paging_members(request),
        )
        self.show(response, {"executions": page.executions, "cursor": page.next_token})


class ExecutionsOfAll(ExecutionPages):
    """/executions"""

    query = ("machine", *FILTERS, *PAGING)

    async def on_get(self, request: Request, response: Response) -> None:
        await self.show_page(request, response, machine=request.get_param_as_list("machine"))


class ExecutionsOfStateMachine(ExecutionPages):
    """/state-machines/{name}/executions"""

    query = (*FILTERS, *PAGING)

    async def on_get(self, request: Request, response: Response, name: str) -> None:
        await self.show_page(request, response, stateMachineArn=self.home.state_machine(name))

    async def on_post(self, request: Request, response: Response, name: str) -> None:
        members = await self.members(request, "name", "input", "startAt", "priority")
        start = {
            "stateMachineArn": self.home.state_machine(name),
            "name": text_member(members, "name"),
            "input": dump(members.get("input", {})),
            "startAt": timestamp_member(members, "startAt"),
            "priority": integer_member(members, "priority"),
        }
        key = request.get_header("Idempotency-Key")
        if key is None:
            started = await self.call(request, START_EXECUTION, **start)
            self._show_started(response, name, started, is_new=True)
        else:
            keyed = await self.call(request, START_EXECUTION_WITH_KEY, key=key, **start)
            self._show_started(response, name, keyed, is_new=keyed.is_new)

    def _show_started(self, response: Response, machine: str, started: StartedExecution, *, is_new: bool) -> None:
        name = parse_arn(started.execution_arn, "execution").qualifier
        response.status = 201 if is_new else 200
        response.location = f"{PREFIX}/executions/{machine}/{name}"
        self.show(response, {"name": name, "executionArn": started.execution_arn, "startDate": started.start_date})


class ExecutionItem(RestResource):
    """/executions/{machine}/{name}"""

    async def on_get(self, request: Request, response: Response, machine: str, name: str) -> None:
        arn = self.home.execution(machine, name)
        self.show(response, await self.call(request, DESCRIBE_EXECUTION_WITH_START, executionArn=arn))


class ExecutionHistory(RestResource):
    """/executions/{machine}/{name}/history"""

    query = ("reverse", *PAGING)

    async def on_get(self, request: Request, response: Response, machine: str, name: str) -> None:
        page = await self.call(
            request,
            GET_EXECUTION_HISTORY,
            executionArn=self.home.execution(machine, name),
            reverseOrder=boolean_parameter(request, "reverse"),
            **self.paging_members(request),
        )
        shown = {"events": page.events, "cursor": page.next_token}
        response.data = await rest_json.render(shown, large=GET_EXECUTION_HISTORY.large)


class ExecutionLogList(RestResource):
    """/executions/{machine}/{name}/logs"""

    query = PAGING

    async def on_get(self, request: Request, response: Response, machine: str, name: str) -> None:
        arn = self.home.execution(machine, name)
        page = await self.call(request, LIST_EXECUTION_LOGS, executionArn=arn, **self.paging_members(request))
        shown = {"logs": page.logs, "cursor": page.next_token}
        response.data = await rest_json.render(shown, large=LIST_EXECUTION_LOGS.large)


class ExecutionStop(RestResource):
    """/executions/{machine}/{name}/stop"""

    async def on_post(self, request: Request, response: Response, machine: str, name: str) -> None:
        members = await self.members(request, "error", "cause")
        error, cause = text_member(members, "error"), text_member(members, "cause")
        arn = self.home.execution(machine, name)
        self.show(response, await self.call(request, STOP_EXECUTION, executionArn=arn, error=error, cause=cause))


class ExecutionTaskList(RestResource):
    """/executions/{machine}/{name}/tasks"""

    query = PAGING

    async def on_get(self, request: Request, response: Response, machine: str, name: str) -> None:
        arn = self.home.execution(machine, name)
        page = await self.call(request, LIST_OPEN_TASKS, executionArn=arn, **self.paging_members(request))
        shown = {"tasks": page.tasks, "cursor": page.next_token}
        response.data = await rest_json.render(shown, large=LIST_OPEN_TASKS.large)
