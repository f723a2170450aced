"""Describing and listing state machines. Must not know an API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from statemachine.host import Host
from statemachine.json_text import JsonText
from statemachine.registry.machines import MachineCatalog, Revision, StateMachine
from statemachine.service.configurations import with_defaults
from statemachine.service.executions.find import find_execution
from statemachine.service.paging import cut_page, make_page_token, page_size, read_page_token
from statemachine.service.state_machines.answers import (
    ListedStateMachine,
    StateMachineDescription,
    StateMachineForExecution,
    StateMachinePage,
)
from statemachine.service.state_machines.find import existing_revision, find_state_machine, shown_revision_id
from statemachine.times.timestamps import Timestamp


class StateMachineDescriptions:
    """The verbs that describe state machines."""

    def __init__(self, host: Host, catalog: MachineCatalog, clock: Callable[[], float]) -> None:
        self._host = host
        self._catalog = catalog
        self._clock = clock

    async def describe(
        self, *, state_machine_arn: str, included_data: str = "ALL_DATA", tell_revision: bool = False
    ) -> StateMachineDescription:
        """A state machine with its definition as it was sent.

        AWS tells the id of the revision only after the first change; with `tell_revision`, which is ours, it is there
        always.
        """
        machine = find_state_machine(self._catalog, state_machine_arn)
        revision = await existing_revision(self._host, machine.revision)
        return StateMachineDescription(
            status="DELETING" if machine.deleting else "ACTIVE",
            type=machine.type,
            creation_date=Timestamp(machine.created),
            revision_id=shown_revision_id(machine, tell=tell_revision),
            **_described(machine, revision, included_data),
        )

    async def describe_for_execution(
        self, *, execution_arn: str, included_data: str = "ALL_DATA"
    ) -> StateMachineForExecution:
        """The state machine as it was when the execution began."""
        execution = await find_execution(self._host, execution_arn)
        machine = find_state_machine(self._catalog, execution.machine_arn)
        revision = await existing_revision(self._host, execution.revision)
        return StateMachineForExecution(
            update_date=Timestamp(revision.created),
            revision_id=None if machine.updated is None else execution.revision.rpartition("/")[2],
            **_described(machine, revision, included_data),
        )

    async def list_page(self, *, max_results: int | None = None, next_token: str | None = None) -> StateMachinePage:
        """State machines by name, a page at a time."""
        wanted = ("ListStateMachines",)
        position = read_page_token(next_token, wanted, self._clock())
        size = page_size(max_results)
        shown, last = cut_page(self._catalog.page(position, size + 1), size, lambda one: one.name)
        return StateMachinePage(
            state_machines=[_listed(machine) for machine in shown],
            next_token=make_page_token(last, wanted, self._clock()),
        )


def _described(machine: StateMachine, revision: Revision, included_data: str) -> dict[str, Any]:
    """The members that both descriptions have, by the names of the fields."""
    configuration = with_defaults(machine.configuration)
    described: dict[str, Any] = {
        "state_machine_arn": machine.arn,
        "name": machine.name,
        "role_arn": revision.role_arn,
        "logging_configuration": configuration.logging,
        "tracing_configuration": configuration.tracing,
        "encryption_configuration": configuration.encryption,
    }
    if included_data != "METADATA_ONLY":
        described["definition"] = JsonText(revision.definition)
        described["variable_references"] = revision.variable_references or None
    return described


def _listed(machine: StateMachine) -> ListedStateMachine:
    return ListedStateMachine(
        state_machine_arn=machine.arn,
        name=machine.name,
        type=machine.type,
        creation_date=Timestamp(machine.created),
    )
