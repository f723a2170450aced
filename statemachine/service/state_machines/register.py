"""Creating and changing state machines. Must not know an execution."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Container, Sequence
from typing import Any, NamedTuple

import msgspec
import structlog

from statemachine.arn import Home, check_role, parse_arn
from statemachine.config import Settings
from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.registry.machines import (
    Configuration,
    MachineCatalog,
    Revision,
    StateMachine,
    revision_rows,
)
from statemachine.service.configurations import read_configuration, with_defaults, without_effect
from statemachine.service.large_definitions import DefinitionChecks
from statemachine.service.limits import limit_reached
from statemachine.service.names import check_name
from statemachine.service.state_machines.answers import (
    CreatedStateMachine,
    RegisteredStateMachine,
    UpdatedStateMachine,
)
from statemachine.service.state_machines.definitions import CheckedDefinition, checked_definition, is_same
from statemachine.service.state_machines.find import (
    check_current,
    check_not_deleting,
    existing_revision,
    find_state_machine,
    shown_revision_id,
)
from statemachine.service.tags import GivenTags, read_tags
from statemachine.service.validations import pointed
from statemachine.tasks.registered import RegisteredNames
from statemachine.times.timestamps import Timestamp
from statemachine.validation import Finding
from statemachine.validation.finding import finding_lines

INITIAL = "INITIAL"
"""AWS's revision id of a state machine that was never changed."""
NOT_CONFIGURED = Configuration()
log = structlog.get_logger()


NOTHING_TO_UPDATE = (
    "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified"
)
NO_DEFINITION_TO_ENCRYPT = "The definition must be specified when updating the EncryptionConfiguration"


class NewStateMachine(msgspec.Struct, frozen=True):
    """A state machine that is to be registered, without its definition."""

    name: str
    role_arn: str
    type: str = "STANDARD"
    configuration: Configuration = NOT_CONFIGURED
    tags: dict[str, str] = {}


class RegisteredFromJob(NamedTuple):
    """The state machine that a job was compiled to, and whether it is new."""

    state_machine: StateMachine
    is_new: bool


class StateMachines:
    """The verbs that register. Changes are made one at a time."""

    def __init__(
        self,
        host: Host,
        catalog: MachineCatalog,
        home: Home,
        settings: Settings,
        checks: DefinitionChecks,
        *,
        clock: Callable[[], float],
        registered: RegisteredNames,
    ) -> None:
        self.checks = checks
        self._host = host
        self._catalog = catalog
        self._home = home
        self._settings = settings
        self._clock = clock
        self._registered = registered

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
        tags: GivenTags | None = None,
        publish: bool = False,
        version_description: str = "",
    ) -> CreatedStateMachine:
        """Register a definition.

        The same request again gets the answer of the first one. The same name with another definition (to the letter),
        type or configuration raises StateMachineAlreadyExists.
        """
        check_name(name)
        _check_no_version(version_description, publish=publish)
        kept_tags = read_tags(tags, name)
        configuration = read_configuration(logging_configuration, tracing_configuration, encryption_configuration)
        new = NewStateMachine(name, role_arn, type, configuration, kept_tags)
        machine, _ = await self._create(new, definition, by_value=False)
        return CreatedStateMachine(state_machine_arn=machine.arn, creation_date=Timestamp(machine.created))

    async def register(
        self,
        *,
        name: str,
        definition: str,
        role_arn: str | None = None,
        type: str = "STANDARD",
        logging_configuration: dict[str, Any] | None = None,
        tracing_configuration: dict[str, Any] | None = None,
        encryption_configuration: dict[str, Any] | None = None,
    ) -> RegisteredStateMachine:
        """As `create`, with our own role if none is given, and with the id of the revision and all warnings in the
        answer. Definitions are compared as JSON values."""
        check_name(name)
        configuration = read_configuration(logging_configuration, tracing_configuration, encryption_configuration)
        new = NewStateMachine(name, role_arn or self._home.role, type, configuration)
        machine, warnings = await self._create(new, definition, by_value=True)
        return RegisteredStateMachine(
            name=machine.name,
            state_machine_arn=machine.arn,
            creation_date=Timestamp(machine.created),
            revision_id=machine.revision_id,
            warnings=tuple(map(pointed, warnings)),
        )

    async def update(
        self,
        *,
        state_machine_arn: str,
        definition: str | None = None,
        role_arn: str | None = None,
        logging_configuration: dict[str, Any] | None = None,
        tracing_configuration: dict[str, Any] | None = None,
        encryption_configuration: dict[str, Any] | None = None,
        publish: bool = False,
        version_description: str = "",
        expected: Container[str] | None = None,
        tell_revision: bool = False,
        by_value: bool = False,
    ) -> UpdatedStateMachine:
        """Change a state machine. Running executions keep the revision that they began with.

        If nothing is different, the revision stays the same. A configuration without members counts as left out.

        Three members are ours. `expected` are the revisions that may be current; with any other one ServiceError
        PreconditionFailed is raised. With `tell_revision` the answer has the id of the revision, not INITIAL, also if
        nothing was ever changed, and all warnings about the definition. With `by_value` definitions are compared as
        JSON values, otherwise to the letter.
        """
        arn = parse_arn(state_machine_arn, "stateMachine")
        blocks = (logging_configuration, tracing_configuration, encryption_configuration)
        configuration = read_configuration(*blocks)
        if definition is None and role_arn is None and all(block is None for block in blocks):
            raise ServiceError("MissingRequiredParameter", NOTHING_TO_UPDATE)
        if definition is None and configuration.encryption is not None:
            raise ServiceError("MissingRequiredParameter", NO_DEFINITION_TO_ENCRYPT)
        _check_no_version(version_description, publish=publish)
        machine = find_state_machine(self._catalog, arn)
        check_current(machine, expected)
        checked = None if definition is None else await self._checked(definition, machine.type)
        async with self._catalog.changing:  # it may have been changed or deleted while the definition was checked
            machine = find_state_machine(self._catalog, arn)
            check_current(machine, expected)
            changed = await self._change(machine, checked, role_arn, configuration, by_value=by_value)
        return UpdatedStateMachine(
            update_date=Timestamp(changed.updated or changed.created),
            revision_id=shown_revision_id(changed, tell=tell_revision) or INITIAL,
            warnings=tuple(map(pointed, checked.warnings)) if checked and tell_revision else (),
        )

    async def register_job(self, name: str, checked: CheckedDefinition) -> RegisteredFromJob:
        """Register a checked job, as a new revision if there is a job of that name. The same job again, compared as a
        JSON value, changes nothing. Raises ServiceError StateMachineAlreadyExists if the state machine of that name was
        not made from a job."""
        check_name(name)
        async with self._catalog.changing:
            known = self._catalog.get(name)
            if known is None:
                return RegisteredFromJob(await self._add(NewStateMachine(name, self._home.role), checked), is_new=True)
            if not known.is_job:
                text = f"The state machine '{name}' was not made from a job"
                raise ServiceError("StateMachineAlreadyExists", text)
            changed = await self._change(known, checked, None, NOT_CONFIGURED, by_value=True)
            return RegisteredFromJob(changed, is_new=False)

    async def _create(
        self, new: NewStateMachine, definition: str, *, by_value: bool
    ) -> tuple[StateMachine, Sequence[Finding]]:
        """The state machine of that name: a new one, or the one that the same request has created before. And the
        warnings about the definition."""
        check_role(new.role_arn)
        checked = await self._checked(definition, new.type)
        async with self._catalog.changing:
            machine = self._catalog.get(new.name)
            if machine is None:
                machine = await self._add(new, checked)
            else:
                await self._check_same(machine, new, checked, by_value=by_value)
            return machine, checked.warnings

    async def _checked(self, definition: str, type: str) -> CheckedDefinition:
        """Raises ServiceError InvalidDefinition or ThrottlingException."""
        return await self.checks.run(checked_definition, definition, definition, type, self._registered)

    async def _add(self, new: NewStateMachine, checked: CheckedDefinition) -> StateMachine:
        most = self._settings.state_machines_max
        if len(self._catalog) >= most:
            raise limit_reached("StateMachineLimitExceeded", "state_machines_max", most)
        now = self._clock()
        machine = StateMachine(
            name=new.name,
            arn=self._home.state_machine(new.name),
            type=new.type,
            role_arn=new.role_arn,
            revision=f"{new.name}/{uuid.uuid4()}",
            created=now,
            configuration=new.configuration,
            tags=new.tags,
            is_job=checked.job is not None,
        )
        await self._put(machine, checked.revision(new.role_arn, now), checked)
        return machine

    async def _change(
        self,
        machine: StateMachine,
        checked: CheckedDefinition | None,
        role_arn: str | None,
        configuration: Configuration,
        *,
        by_value: bool,
    ) -> StateMachine:
        """The state machine with the given parts changed; itself if nothing is different."""
        check_not_deleting(machine)
        if role_arn is not None:
            check_role(role_arn)
        old = await existing_revision(self._host, machine.revision)
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
        same = new.role_arn == old.role_arn and with_defaults(configuration) == with_defaults(machine.configuration)
        if same and await is_same(new, old, by_value=by_value):
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
        if members := without_effect(machine.configuration):
            log.warning("configuration has no effect", state_machine=machine.name, members=members)
        if checked is not None and checked.warnings:
            findings = [
                line
                for warning in checked.warnings
                for line in finding_lines(machine.name, warning, checked.definition)
            ]
            log.warning("definition has warnings", state_machine=machine.name, findings=findings)

    async def _check_same(
        self, known: StateMachine, new: NewStateMachine, checked: CheckedDefinition, *, by_value: bool
    ) -> None:
        check_not_deleting(known)
        same = known.type == new.type and with_defaults(known.configuration) == with_defaults(new.configuration)
        old = await existing_revision(self._host, known.revision)
        if not same or not await is_same(checked, old, by_value=by_value):
            raise ServiceError("StateMachineAlreadyExists", f"State Machine Already Exists: '{known.arn}'")


def _check_no_version(description: str, *, publish: bool) -> None:
    """Raises ServiceError ValidationException: in AWS's words for a description without a version (recorded), in our
    own for a version, because this server has none yet."""
    if publish:
        text = "This server has no versions yet: leave out 'publish'"
        raise ServiceError("ValidationException", text, pointer="/publish")
    if description:
        text = "Version description can only be set when publish is true"
        raise ServiceError("ValidationException", text, pointer="/versionDescription")
