"""The revisions of a state machine, the current one and the earlier ones. A revision never changes."""

from __future__ import annotations

from collections.abc import Callable

from statemachine.arn import parse_arn
from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.json_text import JsonText
from statemachine.registry.machines import StateMachine, read_revision, read_revision_entries
from statemachine.service.paging import make_page_token, page_size, read_page_number
from statemachine.service.state_machines.answers import (
    CurrentRevision,
    ListedRevision,
    RevisionDescription,
    RevisionPage,
)
from statemachine.service.state_machines.register import StateMachines
from statemachine.times.timestamps import Timestamp


class Revisions:
    """The verbs on revisions."""

    def __init__(self, host: Host, state_machines: StateMachines, clock: Callable[[], float]) -> None:
        self._host = host
        self._state_machines = state_machines
        self._clock = clock

    async def current(self, *, state_machine_arn: str) -> CurrentRevision:
        """The id of the revision that a state machine runs now. (AWS tells it only after the first change.)"""
        return CurrentRevision(revision_id=self._find(state_machine_arn).revision_id)

    async def list_page(
        self, *, state_machine_arn: str, max_results: int | None = None, next_token: str | None = None
    ) -> RevisionPage:
        """The revisions of a state machine, newest first, a page at a time."""
        machine = self._find(state_machine_arn)
        # The time of its creation tells this state machine from a deleted one of the same name.
        question = ("revisions", machine.arn, machine.created)
        position = read_page_number(next_token, question, self._clock())
        size = page_size(max_results)
        found = await self._host.read(read_revision_entries, machine.name, position, size + 1)
        more = make_page_token(str(found[size - 1][0]), question, self._clock()) if len(found) > size else None
        return RevisionPage(
            revisions=[
                ListedRevision(revision_id=entry.id, creation_date=Timestamp(entry.created))
                for _, entry in found[:size]
            ],
            next_token=more,
        )

    async def describe(self, *, state_machine_arn: str, revision_id: str) -> RevisionDescription:
        """One revision with its definition as it was sent. Raises ServiceError RevisionDoesNotExist."""
        machine = self._find(state_machine_arn)
        try:
            revision = await self._host.read(read_revision, f"{machine.name}/{revision_id}")
        except ValueError:  # the id can be part of no key
            revision = None
        if revision is None or revision.created < machine.created:
            text = f"The state machine '{machine.name}' has no revision '{revision_id}'"
            raise ServiceError("RevisionDoesNotExist", text, status=404)
        return RevisionDescription(
            state_machine_arn=machine.arn,
            name=machine.name,
            revision_id=revision_id,
            creation_date=Timestamp(revision.created),
            role_arn=revision.role_arn,
            definition=JsonText(revision.definition),
            variable_references=revision.variable_references or None,
        )

    def _find(self, state_machine_arn: str) -> StateMachine:
        return self._state_machines.find(parse_arn(state_machine_arn, "stateMachine"))
