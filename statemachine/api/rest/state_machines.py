"""State machines and their revisions as resources. The revision is the ETag. Must not know a definition."""

from __future__ import annotations

from typing import Any

from falcon.asgi import Request, Response

from statemachine.api.rest.members import object_member, text_member
from statemachine.api.rest.resource import PAGING, PREFIX, RestResource
from statemachine.json_text import dump
from statemachine.service.actions import (
    DELETE_STATE_MACHINE,
    DESCRIBE_REVISION,
    DESCRIBE_STATE_MACHINE,
    LIST_REVISIONS,
    LIST_STATE_MACHINES,
    REGISTER_STATE_MACHINE,
    UPDATE_STATE_MACHINE,
)

CONFIGURATION = ("loggingConfiguration", "tracingConfiguration", "encryptionConfiguration")
CHANGEABLE = ("definition", "roleArn", *CONFIGURATION)


class StateMachineList(RestResource):
    """/state-machines"""

    query = PAGING

    async def on_get(self, request: Request, response: Response) -> None:
        page = await self.call(request, LIST_STATE_MACHINES, **self.paging_members(request))
        self.show(response, {"stateMachines": page.state_machines, "cursor": page.next_token})

    async def on_post(self, request: Request, response: Response) -> None:
        members = await self.members(request, "name", "type", *CHANGEABLE)
        name, type = text_member(members, "name"), text_member(members, "type")
        registered = await self.call(request, REGISTER_STATE_MACHINE, name=name, type=type, **_changes(members))
        response.status = 201
        response.location = f"{PREFIX}/state-machines/{name}"
        response.etag = registered.revision_id
        self.show(response, registered)


class StateMachineItem(RestResource):
    """/state-machines/{name}"""

    async def on_get(self, request: Request, response: Response, name: str) -> None:
        arn = self.home.state_machine(name)
        described = await self.call(request, DESCRIBE_STATE_MACHINE, stateMachineArn=arn, tellRevision=True)
        response.etag = described.revision_id
        self.show(response, described)

    async def on_patch(self, request: Request, response: Response, name: str) -> None:
        changed = await self.call(
            request,
            UPDATE_STATE_MACHINE,
            stateMachineArn=self.home.state_machine(name),
            expected=_expected(request),
            tellRevision=True,
            byValue=True,
            **_changes(await self.members(request, *CHANGEABLE)),
        )
        response.etag = changed.revision_id
        self.show(response, changed)

    async def on_delete(self, request: Request, response: Response, name: str) -> None:
        arn = self.home.state_machine(name)
        await self.call(request, DELETE_STATE_MACHINE, stateMachineArn=arn, expected=_expected(request), mustExist=True)
        response.status = 204


class RevisionList(RestResource):
    """/state-machines/{name}/revisions"""

    query = PAGING

    async def on_get(self, request: Request, response: Response, name: str) -> None:
        page = await self.call(
            request, LIST_REVISIONS, stateMachineArn=self.home.state_machine(name), **self.paging_members(request)
        )
        self.show(response, {"revisions": page.revisions, "cursor": page.next_token})


class RevisionItem(RestResource):
    """/state-machines/{name}/revisions/{revision}"""

    async def on_get(self, request: Request, response: Response, name: str, revision: str) -> None:
        arn = self.home.state_machine(name)
        self.show(response, await self.call(request, DESCRIBE_REVISION, stateMachineArn=arn, revisionId=revision))


def _changes(members: dict[str, Any]) -> dict[str, Any]:
    """The members that may change, those that are given, as AWS's request has them: the definition is text."""
    definition = members.get("definition")
    found = {
        "definition": definition if definition is None or isinstance(definition, str) else dump(definition),
        "roleArn": text_member(members, "roleArn"),
        **{member: object_member(members, member) for member in CONFIGURATION},
    }
    return _without_nulls(found)


def _without_nulls(members: dict[str, Any]) -> dict[str, Any]:
    """The members that are not null. Configurations are kept as they are sent, so none is kept with a null in it."""
    return {
        name: _without_nulls(value) if isinstance(value, dict) else value
        for name, value in members.items()
        if value is not None
    }


def _expected(request: Request) -> list[str] | None:
    """The revisions that If-Match allows, None if it allows all. (Weak tags never match: RFC 9110, 13.1.1.)"""
    if request.get_header("If-Match") is None:
        return None
    tags = request.if_match or []
    return None if "*" in tags else [str(tag) for tag in tags if not getattr(tag, "is_weak", False)]
