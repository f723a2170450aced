"""State machines and their revisions as resources. The revision is the ETag."""

from __future__ import annotations

from typing import Any

import msgspec
from falcon.asgi import Request, Response

from statemachine.api.rest.resource import PREFIX, RestResource, object_member, text_member
from statemachine.errors import ServiceError
from statemachine.json_text import dump
from statemachine.service.actions import (
    CREATE_STATE_MACHINE,
    DELETE_STATE_MACHINE,
    DESCRIBE_CURRENT_REVISION,
    DESCRIBE_REVISION,
    DESCRIBE_STATE_MACHINE,
    LIST_REVISIONS,
    LIST_STATE_MACHINES,
    UPDATE_STATE_MACHINE,
)

CONFIGURATION = ("loggingConfiguration", "tracingConfiguration", "encryptionConfiguration")
CHANGEABLE = ("definition", "roleArn", *CONFIGURATION)


class StateMachineList(RestResource):
    """/state-machines"""

    async def on_get(self, request: Request, response: Response) -> None:
        page = await self.call(LIST_STATE_MACHINES, **self.page(request))
        self.show(response, {"stateMachines": page.state_machines, "cursor": page.next_token})

    async def on_post(self, request: Request, response: Response) -> None:
        members = await self.members(request, "name", "type", *CHANGEABLE)
        name, wanted = text_member(members, "name"), _changes(members)
        if name is None or "definition" not in wanted:
            raise ServiceError("ValidationException", "'name' and 'definition' are required", pointer="")
        wanted.setdefault("roleArn", self.home.role)
        created = await self.call(CREATE_STATE_MACHINE, name=name, type=text_member(members, "type"), **wanted)
        response.status = 201
        response.location = f"{PREFIX}/state-machines/{name}"
        response.etag = await _current_revision(self, name)
        shown = {
            "name": name,
            "stateMachineArn": created.state_machine_arn,
            "creationDate": created.creation_date,
        }
        self.show(response, shown)


class StateMachineItem(RestResource):
    """/state-machines/{name}"""

    async def on_get(self, request: Request, response: Response, name: str) -> None:
        described = await self.call(DESCRIBE_STATE_MACHINE, stateMachineArn=self.home.state_machine(name))
        current = await _current_revision(self, name)
        response.etag = current
        self.show(response, msgspec.structs.replace(described, revision_id=current))

    async def on_patch(self, request: Request, response: Response, name: str) -> None:
        wanted = _changes(await self.members(request, *CHANGEABLE))
        arn = self.home.state_machine(name)
        changed = await self.call(UPDATE_STATE_MACHINE, stateMachineArn=arn, expected=_expected(request), **wanted)
        current = await _current_revision(self, name)
        response.etag = current
        self.show(response, {"updateDate": changed.update_date, "revisionId": current})

    async def on_delete(self, request: Request, response: Response, name: str) -> None:
        arn = self.home.state_machine(name)
        await self.call(DESCRIBE_CURRENT_REVISION, stateMachineArn=arn)
        await self.call(DELETE_STATE_MACHINE, stateMachineArn=arn, expected=_expected(request))
        response.status = 204


class RevisionList(RestResource):
    """/state-machines/{name}/revisions"""

    async def on_get(self, request: Request, response: Response, name: str) -> None:
        page = await self.call(LIST_REVISIONS, stateMachineArn=self.home.state_machine(name), **self.page(request))
        self.show(response, {"revisions": page.revisions, "cursor": page.next_token})


class RevisionItem(RestResource):
    """/state-machines/{name}/revisions/{revision}"""

    async def on_get(self, request: Request, response: Response, name: str, revision: str) -> None:
        arn = self.home.state_machine(name)
        self.show(response, await self.call(DESCRIBE_REVISION, stateMachineArn=arn, revisionId=revision))


async def _current_revision(resource: RestResource, name: str) -> str:
    """The id of the revision that the state machine of that name runs now."""
    arn = resource.home.state_machine(name)
    return (await resource.call(DESCRIBE_CURRENT_REVISION, stateMachineArn=arn)).revision_id


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
    """Null is as good as left out."""
    return {
        name: _without_nulls(value) if isinstance(value, dict) else value
        for name, value in members.items()
        if value is not None
    }


def _expected(request: Request) -> list[str] | None:
    """The revisions that If-Match allows, None where it allows all. (Weak tags never match: RFC 9110, 13.1.1.)"""
    if request.get_header("If-Match") is None:
        return None
    tags = request.if_match or []
    return None if "*" in tags else [str(tag) for tag in tags if not getattr(tag, "is_weak", False)]
