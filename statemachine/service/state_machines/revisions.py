"""The revisions of a state machine, the current one and the earlier ones. A revision never changes.

Must not know an API.
"""

from __future__ import annotations

from collections.abc import Callable

from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.json_text import JsonText
from statemachine.registry.machines import MachineCatalog, read_revision, read_revision_entries
from statemachine.service.paging import cut_page, make_page_token, page_size, read_page_number
from statemachine.service.state_machines.answers import (
    ListedRevision,
    RevisionDescription,
    RevisionPage,
)
from statemachine.service.state_machines.find import find_state_machine
from statemachine.times.timestamps import Timestamp


class Revisions:
    """The verbs on revisions."""

    def __init__(self, host: Host, catalog: MachineCatalog, clock: Callable[[], float]) -> None:
        self._host = host
        self._catalog = catalog
        self._clock = clock

    async def list_page(
        self, *, state_machine_arn: str, max_results: int | None = None, next_token: str | None = None
    ) -> RevisionPage:
        """The revisions of a state machine, newest first, a page at a time."""
        machine = find_state_machine(self._catalog, state_machine_arn)
        # The time of its creation tells this state machine from a deleted one of the same name.
        wanted = ("revisions", machine.arn, machine.created)
        position = read_page_number(next_token, wanted, self._clock())
        size = page_size(max_results)
        found = await self._host.read(read_revision_entries, machine.name, position, size + 1)
        shown, last = cut_page(found, size, lambda one: str(one[0]))
        return RevisionPage(
            revisions=[
                ListedRevision(revision_id=entry.id, creation_date=Timestamp(entry.created)) for _, entry in shown
            ],
            next_token=make_page_token(last, wanted, self._clock()),
        )

    async def describe(self, *, state_machine_arn: str, revision_id: str) -> RevisionDescription:
        """One revision with its definition as it was sent. Raises ServiceError RevisionDoesNotExist."""
        machine = find_state_machine(self._catalog, state_machine_arn)
        try:
            revision = await self._host.read(read_revision, f"{machine.name}/{revision_id}")
        except ValueError:  # the id can be part of no key
            revision = None
        if revision is None or revision.created < machine.created:
            text = f"The state machine '{machine.name}' has no revision '{revision_id}'"
            raise ServiceError("RevisionDoesNotExist", text)
        return RevisionDescription(
            state_machine_arn=machine.arn,
            name=machine.name,
            revision_id=revision_id,
            creation_date=Timestamp(revision.created),
            role_arn=revision.role_arn,
            definition=JsonText(revision.definition),
            variable_references=revision.variable_references or None,
        )
