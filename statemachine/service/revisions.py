"""Revisions: what a state machine runs now, and what it ran before. A revision never changes; nothing here does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from statemachine.arn import parse_arn
from statemachine.errors import ServiceError
from statemachine.registry.machines import Machines
from statemachine.service.paging import make_token, page_size, read_number
from statemachine.service.state_machines import StateMachines


class Revisions:
    """The verbs on revisions."""

    def __init__(self, state_machines: StateMachines, machines: Machines, clock: Callable[[], float]) -> None:
        self._state_machines = state_machines
        self._machines = machines
        self._clock = clock

    def current(self, *, state_machine_arn: str) -> str:
        """The id of the revision that a state machine runs now. (AWS tells it only once there was an update.)"""
        return self._state_machines.find(parse_arn(state_machine_arn, "stateMachine")).revision_id

    async def list_page(
        self, *, state_machine_arn: str, max_results: int | None = None, next_token: str | None = None
    ) -> dict[str, Any]:
        """The revisions of a state machine, newest first, a page at a time."""
        machine = self._state_machines.find(parse_arn(state_machine_arn, "stateMachine"))
        # The moment of its creation tells this machine from a deleted one of the same name.
        question = ("revisions", machine.arn, machine.created)
        position = read_number(next_token, question, self._clock())
        size = page_size(max_results)
        found = self._machines.history(machine, position, size + 1)
        page: dict[str, Any] = {
            "revisions": [{"revisionId": entry.id, "creationDate": entry.created} for _, entry in found[:size]]
        }
        if len(found) > size:
            page["nextToken"] = make_token(str(found[size - 1][0]), question, self._clock())
        return page

    async def describe(self, *, state_machine_arn: str, revision_id: str) -> dict[str, Any]:
        """One revision with its definition as it was sent. Raises ServiceError RevisionDoesNotExist."""
        machine = self._state_machines.find(parse_arn(state_machine_arn, "stateMachine"))
        try:
            revision = self._machines.revision(f"{machine.name}/{revision_id}")
        except (LookupError, ValueError):  # ValueError: an id that can be no key
            revision = None
        if revision is None or revision.created < machine.created:
            text = f"The state machine '{machine.name}' has no revision '{revision_id}'"
            raise ServiceError("RevisionDoesNotExist", text, status=404)
        described = {
            "stateMachineArn": machine.arn,
            "name": machine.name,
            "revisionId": revision_id,
            "creationDate": revision.created,
            "roleArn": revision.role_arn,
            "definition": revision.definition,
        }
        if revision.variable_references:
            described["variableReferences"] = revision.variable_references
        return described
