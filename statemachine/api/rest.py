"""The people's door: state machines and executions as resources under /api/v1. Translates, never decides.

Moments are ISO 8601 in UTC; definitions, inputs and outputs are JSON values, not JSON in strings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from falcon.asgi import Request, Response

from statemachine.api.body import read_body
from statemachine.api.requests import check_request
from statemachine.arn import Home
from statemachine.config import Settings
from statemachine.core.context import iso_time
from statemachine.errors import ServiceError
from statemachine.json_text import JsonError, dump, load, parse_bytes
from statemachine.service.service import Service

PREFIX = "/api/v1"
MOMENTS = ("creationDate", "startDate", "stopDate", "updateDate", "timestamp", "redriveDate")
TEXTS = ("definition", "input", "output", "parameters")
NAMED_BY_CALLERS = ("variableReferences", "assignedVariables")
"""Objects whose member names are a caller's own, and mean nothing here."""


def shown(value: Any) -> Any:
    """The service's answer as people read it: ISO moments, JSON in place of JSON text."""
    if isinstance(value, list):
        return [shown(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _shown_member(name, member) for name, member in value.items()}


def _shown_member(name: str, member: Any) -> Any:
    if name in NAMED_BY_CALLERS:
        return member
    if name in MOMENTS:
        return iso_time(member)
    if name in TEXTS and isinstance(member, str):
        return load(member)
    return shown(member)


class Door:
    """What all resources share: settings, body, paging."""

    def __init__(self, service: Service, settings: Settings) -> None:
        self.service = service
        self.home = Home(settings.account, settings.region)
        self._settings = settings

    async def members(self, request: Request, *allowed: str) -> dict[str, Any]:
        """The members of a JSON body. Raises ServiceError ValidationException that names what is wrong."""
        body = await read_body(request, self._settings.body_bytes_max, self._settings.body_seconds)
        if not body:
            return {}
        try:
            members = parse_bytes(body)
        except JsonError as error:
            where = f" (line {error.line}, column {error.column})"
            raise ServiceError("ValidationException", f"The body is no JSON: {error.message}{where}") from None
        if not isinstance(members, dict):
            raise ServiceError("ValidationException", "The body must be a JSON object", pointer="")
        for name in members:
            if name not in allowed:
                text = f"'{name}' is not expected here; expected: {', '.join(allowed)}"
                raise ServiceError("ValidationException", text, pointer=f"/{name}")
        return members

    def page(self, request: Request) -> dict[str, Any]:
        """The service's paging parameters from ?limit= and ?cursor=."""
        limit = request.get_param_as_int("limit", min_value=1, max_value=1000)
        return {"max_results": limit, "next_token": request.get_param("cursor")}


def text_member(members: Mapping[str, Any], name: str) -> str | None:
    """A member that must be text where it is given. Raises ServiceError ValidationException."""
    value = members.get(name)
    if value is not None and not isinstance(value, str):
        raise ServiceError("ValidationException", f"'{name}' must be a string", pointer=f"/{name}")
    return value


def integer_member(members: Mapping[str, Any], name: str) -> int | None:
    """A member that must be an integer where it is given. Raises ServiceError ValidationException."""
    value = members.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise ServiceError("ValidationException", f"'{name}' must be an integer", pointer=f"/{name}")
    return value


class StateMachineList(Door):
    """/state-machines"""

    async def on_get(self, request: Request, response: Response) -> None:
        page = await self.service.state_machines.list_page(**self.page(request))
        answer = {"stateMachines": shown(page["stateMachines"]), "cursor": page.get("nextToken")}
        response.text = dump(answer)

    async def on_post(self, request: Request, response: Response) -> None:
        members = await self.members(request, "name", "definition", "roleArn", "type")
        name, definition = text_member(members, "name"), members.get("definition")
        if name is None or definition is None:
            raise ServiceError("ValidationException", "'name' and 'definition' are required", pointer="")
        definition = definition if isinstance(definition, str) else dump(definition)
        role_arn = text_member(members, "roleArn") or f"arn:aws:iam::{self.home.account}:role/statemachine"
        type_ = text_member(members, "type") or "STANDARD"
        check_request(
            "CreateStateMachine", {"name": name, "definition": definition, "roleArn": role_arn, "type": type_}
        )
        created = await self.service.state_machines.create(
            name=name, definition=definition, role_arn=role_arn, type=type_
        )
        response.status = 201
        response.location = f"{PREFIX}/state-machines/{name}"
        response.text = dump(shown({"name": name, **created}))


class StateMachineItem(Door):
    """/state-machines/{name}"""

    async def on_get(self, request: Request, response: Response, name: str) -> None:
        arn = self.home.state_machine(name)
        response.text = dump(shown(await self.service.state_machines.describe(state_machine_arn=arn)))

    async def on_delete(self, request: Request, response: Response, name: str) -> None:
        arn = self.home.state_machine(name)
        await self.service.state_machines.describe(state_machine_arn=arn)
        await self.service.state_machines.delete(state_machine_arn=arn)
        response.status = 204


class ExecutionList(Door):
    """/state-machines/{name}/executions"""

    async def on_get(self, request: Request, response: Response, name: str) -> None:
        arn, status = self.home.state_machine(name), request.get_param("status")
        check_request("ListExecutions", {"stateMachineArn": arn, "statusFilter": status})
        page = await self.service.executions.list_page(
            state_machine_arn=arn, status_filter=status, **self.page(request)
        )
        answer = {"executions": shown(page["executions"]), "cursor": page.get("nextToken")}
        response.text = dump(answer)

    async def on_post(self, request: Request, response: Response, name: str) -> None:
        members = await self.members(request, "name", "input")
        started = await self.service.executions.start(
            state_machine_arn=self.home.state_machine(name),
            name=text_member(members, "name"),
            input=dump(members.get("input", {})),
        )
        execution = started["executionArn"].rpartition(":")[2]
        response.status = 201
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
            reverse_order=request.get_param_as_bool("reverse") or False,
            **self.page(request),
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


class ValidationList(Door):
    """/validations"""

    async def on_post(self, request: Request, response: Response) -> None:
        members = await self.members(request, "definition", "type", "severity", "maxResults")
        given = members.get("definition")
        if given is None:
            raise ServiceError("ValidationException", "'definition' is required", pointer="")
        definition = given if isinstance(given, str) else dump(given)
        type_, severity = text_member(members, "type"), text_member(members, "severity")
        limit = integer_member(members, "maxResults")
        wanted = {"definition": definition, "type": type_, "severity": severity, "maxResults": limit}
        check_request("ValidateStateMachineDefinition", wanted)
        answer = await self.service.validations.report(
            definition=definition, type=type_ or "STANDARD", severity=severity or "WARNING", max_results=limit or 0
        )
        if not isinstance(given, str):
            for diagnostic in answer["diagnostics"]:
                # The lines would be those of a text that the client has never seen.
                del diagnostic["line"], diagnostic["column"]
        response.text = dump(answer)


ROUTES: dict[str, type[Door]] = {
    "/state-machines": StateMachineList,
    "/state-machines/{name}": StateMachineItem,
    "/state-machines/{name}/executions": ExecutionList,
    "/executions/{machine}/{name}": ExecutionItem,
    "/executions/{machine}/{name}/history": ExecutionHistory,
    "/executions/{machine}/{name}/stop": ExecutionStop,
    "/validations": ValidationList,
}
"""The routes below PREFIX."""
