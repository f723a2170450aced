"""Finding a state machine by its ARN, and its revisions by their keys. Must not know what is done with them."""

from __future__ import annotations

from collections.abc import Container

from statemachine.arn import Arn, parse_arn
from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.registry.machines import MachineCatalog, Revision, StateMachine, read_revision


def find_state_machine(catalog: MachineCatalog, arn: Arn | str) -> StateMachine:
    """The state machine of an ARN. Raises ServiceError InvalidArn or StateMachineDoesNotExist."""
    if isinstance(arn, str):
        arn = parse_arn(arn, "stateMachine")
    machine = catalog.find(arn)
    if machine is None or arn.qualifier:
        raise ServiceError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn.text}'")
    return machine


async def existing_revision(host: Host, key: str) -> Revision:
    """A revision that exists, by its key."""
    found = await host.read(read_revision, key)
    assert found is not None, f"revision {key} is missing"
    return found


def check_not_deleting(machine: StateMachine) -> None:
    """Raises ServiceError StateMachineDeleting for a state machine that is being deleted. Ours: the text."""
    if machine.deleting:
        raise ServiceError("StateMachineDeleting", f"State Machine is deleting: '{machine.arn}'")


def check_current(machine: StateMachine, expected: Container[str] | None) -> None:
    """Ours. Raises ServiceError PreconditionFailed if revisions are expected and the current one is not among them."""
    if expected is not None and machine.revision_id not in expected:
        text = f"The state machine has changed since: its revision is '{machine.revision_id}'"
        raise ServiceError("PreconditionFailed", text)


def shown_revision_id(machine: StateMachine, *, tell: bool) -> str | None:
    """The id of the current revision. AWS shows it only after the first change (recorded); with `tell` it is there
    always."""
    return machine.revision_id if tell or machine.updated is not None else None
