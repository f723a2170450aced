"""State machines and their revisions as resources. The revision is the ETag."""

from __future__ import annotations

from typing import Any

from falcon.asgi import Request, Response

from statemachine.api.requests import check_request
from statemachine.api.rest.door import PREFIX, Door, object_member, shown, text_member
from statemachine.arn import parse_arn
from statemachine.errors import ServiceError
from statemachine.json_text import dump
from statemachine.registry.machines import Configuration

CONFIGURATION = ("loggingConfiguration", "tracingConfiguration", "encryptionConfiguration")
CHANGEABLE = ("definition", "roleArn", *CONFIGURATION)


class StateMachineList(Door):
    """/state-machines"""

    async def on_get(self, request: Request, response: Response) -> None:
        page = await self.service.state_machines.list_page(**self.page(request))
        answer = {"stateMachines": shown(page["stateMachines"]), "cursor": page.get("nextToken")}
        response.text = dump(answer)

    async def on_post(self, request: Request, response: Response) -> None:
        members = await self.members(request, "name", "type", *CHANGEABLE)
        name, wanted = text_member(members, "name"), _changes(members)
        if name is None or "definition" not in wanted:
            raise ServiceError("ValidationException", "'name' and 'definition' are required", pointer="")
        wanted.setdefault("roleArn", f"arn:aws:iam::{self.home.account}:role/statemachine")
        type_ = text_member(members, "type") or "STANDARD"
        check_request("CreateStateMachine", {"name": name, "type": type_, **wanted})
        created = await self.service.state_machines.create(
            name=name,
            type=type_,
            definition=wanted["definition"],
            role_arn=wanted["roleArn"],
            logging_configuration=wanted.get("loggingConfiguration"),
            tracing_configuration=wanted.get("tracingConfiguration"),
            encryption_configuration=wanted.get("encryptionConfiguration"),
        )
        response.status = 201
        response.location = f"{PREFIX}/state-machines/{name}"
        response.etag = self.service.revisions.current(state_machine_arn=created["stateMachineArn"])
        response.text = dump(shown({"name": name, **created}))


class StateMachineItem(Door):
    """/state-machines/{name}"""

    async def on_get(self, request: Request, response: Response, name: str) -> None:
        arn = self.home.state_machine(name)
        described = await self.service.state_machines.describe(state_machine_arn=arn)
        current = self.service.revisions.current(state_machine_arn=arn)
        response.etag = current
        response.text = dump(shown(described | {"revisionId": current}))

    async def on_patch(self, request: Request, response: Response, name: str) -> None:
        wanted = _changes(await self.members(request, *CHANGEABLE))
        arn = self.home.state_machine(name)
        check_request("UpdateStateMachine", {"stateMachineArn": arn, **wanted})
        changed = await self.service.state_machines.change(
            parse_arn(arn, "stateMachine"),
            wanted.get("definition"),
            wanted.get("roleArn"),
            Configuration(*(wanted.get(member) for member in CONFIGURATION)),
            _expected(request),
        )
        current = self.service.revisions.current(state_machine_arn=arn)
        response.etag = current
        response.text = dump(shown({"updateDate": changed["updateDate"], "revisionId": current}))

    async def on_delete(self, request: Request, response: Response, name: str) -> None:
        arn = self.home.state_machine(name)
        await self.service.state_machines.describe(state_machine_arn=arn)
        await self.service.state_machines.remove(parse_arn(arn, "stateMachine"), _expected(request))
        response.status = 204


class RevisionList(Door):
    """/state-machines/{name}/revisions"""

    async def on_get(self, request: Request, response: Response, name: str) -> None:
        page = await self.service.revisions.list_page(
            state_machine_arn=self.home.state_machine(name), **self.page(request)
        )
        response.text = dump({"revisions": shown(page["revisions"]), "cursor": page.get("nextToken")})


class RevisionItem(Door):
    """/state-machines/{name}/revisions/{revision}"""

    async def on_get(self, request: Request, response: Response, name: str, revision: str) -> None:
        arn = self.home.state_machine(name)
        described = await self.service.revisions.describe(state_machine_arn=arn, revision_id=revision)
        response.text = dump(shown(described))


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
