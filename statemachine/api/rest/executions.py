"""Executions as resources: their lists by one set of filters, their start, end and history."""

from __future__ import annotations

from falcon.asgi import Request, Response

from statemachine.api.render import rest_json
from statemachine.api.rest.resource import (
    PREFIX,
    RestResource,
    boolean_parameter,
    integer_member,
    text_member,
    timestamp_member,
    timestamp_parameter,
)
from statemachine.arn import parse_arn
from statemachine.core.model import STATUSES
from statemachine.errors import ServiceError
from statemachine.json_text import dump
from statemachine.reads.lists import Filter
from statemachine.service.actions import (
    DESCRIBE_CURRENT_REVISION,
    DESCRIBE_EXECUTION,
    GET_EXECUTION_HISTORY,
    LIST_FILTERED_EXECUTIONS,
    START_EXECUTION,
    START_EXECUTION_WITH_KEY,
    STOP_EXECUTION,
)

FILTERS = ("status", "startedAfter", "startedBefore", "namePrefix", "errorContains")


class FilteredList(RestResource):
    """The filters and pages of both lists of executions."""

    async def show_page(self, request: Request, response: Response, machines: tuple[str, ...], *further: str) -> None:
        """Answer with a page of the executions of these state machines; of all of them if none is named."""
        paging = self.page(request, *further, *FILTERS)
        statuses = tuple(request.get_param_as_list("status") or ())
        for status in statuses:
            if status not in STATUSES:
                text = f"The status '{status}' is none of {', '.join(STATUSES)}"
                raise ServiceError("ValidationException", text, parameter="status")
        wanted = Filter(
            tuple(sorted(set(machines))),
            tuple(sorted(set(statuses))),
            timestamp_parameter(request, "startedAfter"),
            timestamp_parameter(request, "startedBefore"),
            request.get_param("namePrefix") or "",
            request.get_param("errorContains") or "",
        )
        page = await self.call(LIST_FILTERED_EXECUTIONS, wanted=wanted, **paging)
        self.show(response, {"executions": page.executions, "cursor": page.next_token})


class AllExecutions(FilteredList):
    """/executions"""

    async def on_get(self, request: Request, response: Response) -> None:
        await self.show_page(request, response, tuple(request.get_param_as_list("machine") or ()), "machine")


class ExecutionList(FilteredList):
    """/state-machines/{name}/executions"""

    async def on_get(self, request: Request, response: Response, name: str) -> None:
        # A state machine that does not exist is refused; its list would be empty.
        await self.call(DESCRIBE_CURRENT_REVISION, stateMachineArn=self.home.state_machine(name))
        await self.show_page(request, response, (name,))

    async def on_post(self, request: Request, response: Response, name: str) -> None:
        members = await self.members(request, "name", "input", "startAt", "priority")
        given, key = text_member(members, "name"), request.get_header("Idempotency-Key")
        start = {
            "stateMachineArn": self.home.state_machine(name),
            "input": dump(members.get("input", {})),
            "startAt": timestamp_member(members, "startAt"),
            "priority": integer_member(members, "priority"),
        }
        if key is None:
            started, is_new = await self.call(START_EXECUTION, name=given, **start), True
        elif given is not None:
            text = "An Idempotency-Key stands for the execution's name: give one of them"
            raise ServiceError("ValidationException", text, pointer="/name")
        else:
            keyed = await self.call(START_EXECUTION_WITH_KEY, key=key, **start)
            started, is_new = keyed, keyed.is_new
        execution = parse_arn(started.execution_arn, "execution").qualifier
        response.status = 201 if is_new else 200
        response.location = f"{PREFIX}/executions/{name}/{execution}"
        shown = {"name": execution, "executionArn": started.execution_arn, "startDate": started.start_date}
        self.show(response, shown)


class ExecutionItem(RestResource):
    """/executions/{machine}/{name}"""

    async def on_get(self, request: Request, response: Response, machine: str, name: str) -> None:
        self.show(response, await self.call(DESCRIBE_EXECUTION, executionArn=self.home.execution(machine, name)))


class ExecutionHistory(RestResource):
    """/executions/{machine}/{name}/history"""

    async def on_get(self, request: Request, response: Response, machine: str, name: str) -> None:
        page = await self.call(
            GET_EXECUTION_HISTORY,
            executionArn=self.home.execution(machine, name),
            reverseOrder=boolean_parameter(request, "reverse"),
            **self.page(request, "reverse"),
        )
        shown = {"events": page.events, "cursor": page.next_token}
        response.data = await rest_json.render(shown, large=GET_EXECUTION_HISTORY.large)


class ExecutionStop(RestResource):
    """/executions/{machine}/{name}/stop"""

    async def on_post(self, request: Request, response: Response, machine: str, name: str) -> None:
        members = await self.members(request, "error", "cause")
        error, cause = text_member(members, "error"), text_member(members, "cause")
        arn = self.home.execution(machine, name)
        self.show(response, await self.call(STOP_EXECUTION, executionArn=arn, error=error, cause=cause))
