"""Executions as resources: their lists by one set of filters, their start, end and history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from falcon.asgi import Request, Response

from statemachine.api.requests import check_request
from statemachine.api.rest.door import (
    PREFIX,
    Door,
    boolean_parameter,
    integer_member,
    moment_member,
    moment_parameter,
    shown,
    text_member,
)
from statemachine.arn import parse_arn
from statemachine.errors import ServiceError
from statemachine.json_text import dump
from statemachine.service.listings import STATUSES, Filter

PRIORITY_MAX = 1_000
FILTERS = ("status", "startedAfter", "startedBefore", "namePrefix", "errorContains")


class FilteredList(Door):
    """What both lists of executions have in common."""

    async def show_page(self, request: Request, response: Response, machines: tuple[str, ...], *further: str) -> None:
        """Answer with a page of the executions of these machines, of all machines where there are none."""
        paging = self.page(request, *further, *FILTERS)
        statuses = tuple(request.get_param_as_list("status") or ())
        for status in statuses:
            if status not in STATUSES:
                text = f"The status '{status}' is none of {', '.join(STATUSES)}"
                raise ServiceError("ValidationException", text, parameter="status")
        wanted = Filter(
            tuple(sorted(set(machines))),
            tuple(sorted(set(statuses))),
            moment_parameter(request, "startedAfter"),
            moment_parameter(request, "startedBefore"),
            request.get_param("namePrefix") or "",
            request.get_param("errorContains") or "",
        )
        page = await self.service.listings.list_page(wanted, **paging)
        response.text = dump({"executions": shown(page["executions"]), "cursor": page.get("nextToken")})


class AllExecutions(FilteredList):
    """/executions"""

    async def on_get(self, request: Request, response: Response) -> None:
        await self.show_page(request, response, tuple(request.get_param_as_list("machine") or ()), "machine")


class ExecutionList(FilteredList):
    """/state-machines/{name}/executions"""

    async def on_get(self, request: Request, response: Response, name: str) -> None:
        self.service.state_machines.find(parse_arn(self.home.state_machine(name), "stateMachine"))
        await self.show_page(request, response, (name,))

    async def on_post(self, request: Request, response: Response, name: str) -> None:
        members = await self.members(request, "name", "input", "startAt", "priority")
        turn: dict[str, Any] = {"start_at": moment_member(members, "startAt"), "priority": _priority(members)}
        arn, input = self.home.state_machine(name), dump(members.get("input", {}))
        given, key = text_member(members, "name"), request.get_header("Idempotency-Key")
        is_new = True
        if key is None:
            started = await self.service.executions.start(state_machine_arn=arn, name=given, input=input, **turn)
        elif given is not None:
            text = "An Idempotency-Key stands for the execution's name: give one of them"
            raise ServiceError("ValidationException", text, pointer="/name")
        else:
            started, is_new = await self.service.keyed_starts.start(key=key, state_machine_arn=arn, input=input, **turn)
        execution = started["executionArn"].rpartition(":")[2]
        response.status = 201 if is_new else 200
        response.location = f"{PREFIX}/executions/{name}/{execution}"
        response.text = dump(shown({"name": execution, **started}))


class ExecutionItem(Door):
    """/executions/{machine}/{name}"""

    async def on_get(self, request: Request, response: Response, machine: str, name: str) -> None:
        arn = self.home.execution(machine, name)
        response.text = dump(shown(await self.service.executions.describe(execution_arn=arn)))


class ExecutionHistory(Door):
    """/executions/{machine}/{name}/history"""

    async def on_get(self, request: Request, response: Response, machine: str, name: str) -> None:
        page = await self.service.executions.history(
            execution_arn=self.home.execution(machine, name),
            reverse_order=boolean_parameter(request, "reverse"),
            **self.page(request, "reverse"),
        )
        answer = {"events": shown(page["events"]), "cursor": page.get("nextToken")}
        response.text = dump(answer)


class ExecutionStop(Door):
    """/executions/{machine}/{name}/stop"""

    async def on_post(self, request: Request, response: Response, machine: str, name: str) -> None:
        members = await self.members(request, "error", "cause")
        arn = self.home.execution(machine, name)
        error, cause = text_member(members, "error"), text_member(members, "cause")
        check_request("StopExecution", {"executionArn": arn, "error": error, "cause": cause})
        stopped = await self.service.executions.stop(execution_arn=arn, error=error, cause=cause)
        response.text = dump(shown(stopped))


def _priority(members: Mapping[str, Any]) -> int:
    priority = integer_member(members, "priority") or 0
    if abs(priority) > PRIORITY_MAX:
        text = f"'priority' must be between -{PRIORITY_MAX} and {PRIORITY_MAX}"
        raise ServiceError("ValidationException", text, pointer="/priority")
    return priority
