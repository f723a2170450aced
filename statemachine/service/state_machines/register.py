"""Creating and changing state machines."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Container
from typing import Any

import msgspec

from statemachine.arn import Arn, Home, check_role, parse_arn
from statemachine.config import Settings
from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.registry.machines import (
    Configuration,
    MachineCatalog,
    Revision,
    StateMachine,
    read_revision,
    revision_rows,
)
from statemachine.service.names import check_name
from statemachine.service.state_machines.answers import CreatedStateMachine, UpdatedStateMachine
from statemachine.service.state_machines.definitions import CheckedDefinition, checked_definition
from statemachine.times.timestamps import Timestamp

INITIAL = "INITIAL"
"""AWS's revision id of a state machine that was never changed."""
NOT_CONFIGURED = Configuration()


class StateMachines:
    """The verbs that register. Changes are made one after the other."""

    def __init__(
        self, host: Host, catalog: MachineCatalog, home: Home, settings: Settings, clock: Callable[[], float]
    ) -> None:
        self._host = host
        self._catalog = catalog
        self._home = home
        self._settings = settings
        self._clock = clock

    async def create(
        self,
        *,
        name: str,
        definition: str,
        role_arn: str,
        type: str = "STANDARD",
        logging_configuration: dict[str, Any] | None = None,
        tracing_configuration: dict[str, Any] | None = None,
        encryption_configuration: dict[str, Any] | None = None,
        tags: list[dict[str, str]] | None = None,
    ) -> CreatedStateMachine:
        """Register a definition.

        The same request again gets the answer of the first one. The same name with another definition (to the letter),
        type or configuration raises StateMachineAlreadyExists.
        """
        check_name(name)
        check_role(role_arn)
        checked = await asyncio.to_thread(checked_definition, definition, type)
        configuration = Configuration(logging_configuration, tracing_configuration, encryption_configuration)
        async with self._catalog.changing:
            machine = self._catalog.get(name)
            if machine is None:
                tagged = {tag["key"]: tag.get("value", "") for tag in tags or ()}
                machine = await self._add(name, role_arn, checked, type=type, configuration=configuration, tags=tagged)
            else:
                await self._check_same(machine, checked.definition, type, configuration)
        return CreatedStateMachine(state_machine_arn=machine.arn, creation_date=Timestamp(machine.created))

    async def update(
        self,
        *,
        state_machine_arn: str,
        definition: str | None = None,
        role_arn: str | None = None,
        logging_configuration: dict[str, Any] | None = None,
        tracing_configuration: dict[str, Any] | None = None,
        encryption_configuration: dict[str, Any] | None = None,
        expected: Container[str] | None = None,
    ) -> UpdatedStateMachine:
        """Change a state machine. Running executions keep the revision that they began with.

        If nothing is different, the revision stays the same. `expected` are the revisions that may be current; with
        any other one ServiceError PreconditionFailed is raised.
        """
        arn = parse_arn(state_machine_arn, "stateMachine")
        configuration = Configuration(logging_configuration, tracing_configuration, encryption_configuration)
        if definition is None and role_arn is None and configuration == NOT_CONFIGURED:
            raise ServiceError(
                "MissingRequiredParameter",
                "Either the definition, the role ARN, or the configuration must be specified",
            )
        async with self._catalog.changing:
            machine = self.find(arn)
            check_current(machine, expected)
            checked = None
            if definition is not None:
                checked = await asyncio.to_thread(checked_definition, definition, machine.type)
            changed = await self._change(machine, checked, role_arn, configuration)
        return UpdatedStateMachine(
            update_date=Timestamp(changed.updated or changed.created), revision_id=shown_revision_id(changed) or INITIAL
        )

    async def put(self, *, name: str, role_arn: str, checked: CheckedDefinition) -> tuple[StateMachine, bool]:
        """Register a checked job, as a new revision if the name is that of a job; the state machine, and whether it is
        new. The very same job again changes nothing. Raises ServiceError StateMachineAlreadyExists."""
        check_name(name)
        async with self._catalog.changing:
            known = self._catalog.get(name)
            if known is None:
                return await self._add(name, role_arn, checked), True
            if not known.is_job:
                text = f"There is a state machine '{name}' that is no job"
                raise ServiceError("StateMachineAlreadyExists", text)
            return await self._change(known, checked, None, NOT_CONFIGURED), False

    def find(self, arn: Arn) -> StateMachine:
        """The state machine of an ARN. Raises ServiceError StateMachineDoesNotExist."""
        machine = self._catalog.find(arn)
        if machine is None or arn.qualifier:
            raise ServiceError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn.text}'")
        return machine

    async def revision(self, key: str) -> Revision:
        """A revision that exists, by its key."""
        found = await self._host.read(read_revision, key)
        assert found is not None, f"revision {key} is missing"
        return found

    async def _add(
        self,
        name: str,
        role_arn: str,
        checked: CheckedDefinition,
        *,
        type: str = "STANDARD",
        configuration: Configuration = NOT_CONFIGURED,
        tags: dict[str, str] | None = None,
    ) -> StateMachine:
        if len(self._catalog) >= self._settings.state_machines_max:
            raise ServiceError("StateMachineLimitExceeded", "State Machine Limit Exceeded")
        now = self._clock()
        machine = StateMachine(
            name=name,
            arn=self._home.state_machine(name),
            type=type,
            role_arn=role_arn,
            revision=f"{name}/{uuid.uuid4()}",
            created=now,
            configuration=configuration,
            tags=tags or {},
            is_job=checked.job is not None,
        )
        await self._put(machine, checked.revision(role_arn, now), checked)
        return machine

    async def _change(
        self,
        machine: StateMachine,
        checked: CheckedDefinition | None,
        role_arn: str | None,
        configuration: Configuration,
    ) -> StateMachine:
        """The state machine with the given parts changed; itself if nothing is different."""
        check_not_deleting(machine)
        if role_arn is not None:
            check_role(role_arn)
        old = await self.revision(machine.revision)
        now = self._clock()
        role_arn = role_arn or old.role_arn
        if checked is None:
            new = msgspec.structs.replace(old, role_arn=role_arn, created=now)
        else:
            new = checked.revision(role_arn, now)
        configuration = Configuration(
            configuration.logging or machine.configuration.logging,
            configuration.tracing or machine.configuration.tracing,
            configuration.encryption or machine.configuration.encryption,
        )
        same = (new.definition, new.role_arn, new.job) == (old.definition, old.role_arn, old.job)
        if same and configuration == machine.configuration:
            return machine
        changed = msgspec.structs.replace(
            machine,
            role_arn=role_arn,
            revision=f"{machine.name}/{uuid.uuid4()}",
            revisions=machine.revisions + 1,
            updated=now,
            configuration=configuration,
            is_job=new.job is not None,
        )
        await self._put(changed, new, checked)
        return changed

    async def _put(self, machine: StateMachine, revision: Revision, checked: CheckedDefinition | None) -> None:
        await self._catalog.put(self._host, machine, revision_rows(machine, revision))
        if checked is not None:
            self._catalog.keep_compiled(machine.revision, checked.machine)

    async def _check_same(self, known: StateMachine, definition: str, type: str, configuration: Configuration) -> None:
        check_not_deleting(known)
        same = (known.type, known.configuration) == (type, configuration)
        if not same or (await self.revision(known.revision)).definition != definition:
            raise ServiceError("StateMachineAlreadyExists", f"State Machine Already Exists: '{known.arn}'")


def check_not_deleting(machine: StateMachine) -> None:
    """Raises ServiceError StateMachineDeleting for a state machine that is being deleted."""
    if machine.deleting:
        raise ServiceError("StateMachineDeleting", f"State Machine is deleting: '{machine.arn}'")


def check_current(machine: StateMachine, expected: Container[str] | None) -> None:
    """Raises ServiceError PreconditionFailed unless the current revision is among the expected ones; None: any is."""
    if expected is not None and machine.revision_id not in expected:
        text = f"The state machine has changed since: its revision is '{machine.revision_id}'"
        raise ServiceError("PreconditionFailed", text, status=412)


def shown_revision_id(machine: StateMachine) -> str | None:
    """The revision id as AWS tells it: None until the first change (recorded)."""
    return None if machine.updated is None else machine.revision_id
