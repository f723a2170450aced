"""State machines: create, describe, update, delete, list."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Container
from typing import Any, NamedTuple

import msgspec

from statemachine.arn import Arn, Home, parse_arn
from statemachine.checkpoint import keys
from statemachine.config import Settings
from statemachine.core.compile import Machine, compile_machine
from statemachine.core.events import StopRequested
from statemachine.core.model import UNENDED
from statemachine.core.references import variable_references
from statemachine.errors import ServiceError
from statemachine.host import Host, NotDurable, Unavailable
from statemachine.json_text import parse
from statemachine.registry.machines import Configuration, JobText, Machines, Revision, StateMachine
from statemachine.service.names import check_name
from statemachine.service.paging import make_token, page_size, read_token
from statemachine.validation import errors, invalid_definition, validate

LOGGING_OFF = {"level": "OFF", "includeExecutionData": False}
TRACING_OFF = {"enabled": False}
OWN_KEY = {"type": "AWS_OWNED_KEY"}
INITIAL = "INITIAL"
NOT_CONFIGURED = Configuration()
RETRY_SECONDS = 1.0
"""The pause before a deletion goes on that the host could not take."""


class StateMachines:
    """The verbs on state machines. Changes are made one after the other."""

    def __init__(
        self, host: Host, machines: Machines, home: Home, settings: Settings, clock: Callable[[], float]
    ) -> None:
        self._host = host
        self._machines = machines
        self._home = home
        self._settings = settings
        self._clock = clock
        self._changing = asyncio.Lock()
        self._deletions: set[asyncio.Task[None]] = set()

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
    ) -> dict[str, Any]:
        """Register a definition. The same request again is answered as the first one was; the same name with another
        definition (to the letter), type or configuration is StateMachineAlreadyExists."""
        check_name(name)
        check_role(role_arn)
        checked = await asyncio.to_thread(checked_definition, definition, type)
        configuration = Configuration(logging_configuration, tracing_configuration, encryption_configuration)
        async with self._changing:
            known = self._machines.by_name.get(name)
            if known is not None:
                self._check_same(known, checked.definition, type, configuration)
                return {"stateMachineArn": known.arn, "creationDate": known.created}
            tagged = {tag["key"]: tag.get("value", "") for tag in tags or ()}
            machine = await self._add(name, role_arn, checked, type=type, configuration=configuration, tags=tagged)
        return {"stateMachineArn": machine.arn, "creationDate": machine.created}

    async def put(self, *, name: str, role_arn: str, checked: Checked) -> tuple[StateMachine, bool]:
        """Register what has been checked, as a new revision where the name is taken: the state machine, and whether it
        is new. The very same again changes nothing."""
        check_name(name)
        async with self._changing:
            known = self._machines.by_name.get(name)
            if known is None:
                return await self._add(name, role_arn, checked), True
            if self._machines.revision(known.revision).job is None:
                text = f"There is a state machine '{name}' that is no job"
                raise ServiceError("StateMachineAlreadyExists", text)
            return await self._change(known, checked, None, NOT_CONFIGURED), False

    async def _add(
        self,
        name: str,
        role_arn: str,
        checked: Checked,
        *,
        type: str = "STANDARD",
        configuration: Configuration = NOT_CONFIGURED,
        tags: dict[str, str] | None = None,
    ) -> StateMachine:
        if len(self._machines.by_name) >= self._settings.state_machines_max:
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
        )
        await self._host.write(self._machines.rows(machine, checked.revision(role_arn, now)))
        self._machines.by_name[name] = machine
        self._machines.keep(machine.revision, checked.machine)
        return machine

    async def update(
        self,
        *,
        state_machine_arn: str,
        definition: str | None = None,
        role_arn: str | None = None,
        logging_configuration: dict[str, Any] | None = None,
        tracing_configuration: dict[str, Any] | None = None,
        encryption_configuration: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Change a state machine; running executions keep what they began with. Nothing changed: the same revision."""
        arn = parse_arn(state_machine_arn, "stateMachine")
        configuration = Configuration(logging_configuration, tracing_configuration, encryption_configuration)
        return await self.change(arn, definition, role_arn, configuration)

    async def change(
        self,
        arn: Arn,
        definition: str | None,
        role_arn: str | None,
        configuration: Configuration,
        expected: Container[str] | None = None,
    ) -> dict[str, Any]:
        """As `update`, if the current revision is one of those `expected`, or whichever it is where that is None.

        Raises ServiceError PreconditionFailed for any other one.
        """
        if definition is None and role_arn is None and configuration == Configuration():
            raise ServiceError(
                "MissingRequiredParameter",
                "Either the definition, the role ARN, or the configuration must be specified",
            )
        async with self._changing:
            machine = self.find(arn)
            _check_current(machine, expected)
            checked = None
            if definition is not None:
                checked = await asyncio.to_thread(checked_definition, definition, machine.type)
            changed = await self._change(machine, checked, role_arn, configuration)
        return {"updateDate": changed.updated or changed.created, "revisionId": _revision_id(changed)}

    async def _change(
        self, machine: StateMachine, checked: Checked | None, role_arn: str | None, configuration: Configuration
    ) -> StateMachine:
        """The state machine with what is given changed; itself where nothing is different."""
        if machine.deleting:
            raise ServiceError("StateMachineDeleting", f"State Machine is deleting: '{machine.arn}'")
        if role_arn is not None:
            check_role(role_arn)
        old = self._machines.revision(machine.revision)
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
            updated=now,
            configuration=configuration,
        )
        await self._host.write(self._machines.rows(changed, new))
        self._machines.by_name[machine.name] = changed
        self._machines.keep(changed.revision, None if checked is None else checked.machine)
        return changed

    async def describe(self, *, state_machine_arn: str, included_data: str = "ALL_DATA") -> dict[str, Any]:
        """A state machine with its definition as it was sent."""
        machine = self.find(parse_arn(state_machine_arn, "stateMachine"))
        described = {
            "stateMachineArn": machine.arn,
            "name": machine.name,
            "status": "DELETING" if machine.deleting else "ACTIVE",
            "type": machine.type,
            "creationDate": machine.created,
            **self.described_revision(machine, self._machines.revision(machine.revision), included_data),
        }
        if machine.updated is not None:
            described["revisionId"] = machine.revision_id
        return described

    def described_revision(self, machine: StateMachine, revision: Revision, included_data: str) -> dict[str, Any]:
        """What describing a state machine and describing that of an execution have in common."""
        described = {
            "roleArn": revision.role_arn,
            "loggingConfiguration": {**LOGGING_OFF, **(machine.configuration.logging or {})},
            "tracingConfiguration": machine.configuration.tracing or TRACING_OFF,
            "encryptionConfiguration": machine.configuration.encryption or OWN_KEY,
        }
        if included_data != "METADATA_ONLY":
            described["definition"] = revision.definition
            if revision.variable_references:
                described["variableReferences"] = revision.variable_references
        return described

    async def delete(self, *, state_machine_arn: str) -> dict[str, Any]:
        """Delete a state machine: its running executions are stopped first. One that does not exist is deleted."""
        return await self.remove(parse_arn(state_machine_arn, "stateMachine"))

    async def remove(self, arn: Arn, expected: Container[str] | None = None) -> dict[str, Any]:
        """As `delete`, if the current revision is one of those `expected`, or whichever it is where that is None.

        Raises ServiceError PreconditionFailed for any other one.
        """
        async with self._changing:
            machine = self._machines.by_name.get(arn.name)
            if machine is None or machine.arn != arn.text or machine.deleting:
                return {}
            _check_current(machine, expected)
            deleting = msgspec.structs.replace(machine, deleting=True)
            # First no start is taken any more; then the write lands behind all that were, so that they can be seen.
            self._machines.by_name[machine.name] = deleting
            try:
                await self._host.write(self._machines.rows(deleting, None))
            except BaseException:
                self._machines.by_name[machine.name] = machine
                raise
            if self._unended(deleting):
                self._finish_deleting(deleting)
            else:
                await self._remove(deleting)
        return {}

    async def list_page(self, *, max_results: int | None = None, next_token: str | None = None) -> dict[str, Any]:
        """State machines by name, a page at a time."""
        question = ("ListStateMachines", max_results)
        position = read_token(next_token, question, self._clock())
        names = sorted(name for name in self._machines.by_name if name > position)
        size = page_size(max_results)
        listed = [self._machines.by_name[name] for name in names[:size]]
        page: dict[str, Any] = {
            "stateMachines": [
                {
                    "stateMachineArn": machine.arn,
                    "name": machine.name,
                    "type": machine.type,
                    "creationDate": machine.created,
                }
                for machine in listed
            ]
        }
        if len(names) > size:
            page["nextToken"] = make_token(names[size - 1], question, self._clock())
        return page

    def find(self, arn: Arn) -> StateMachine:
        """The state machine of an ARN. Raises ServiceError StateMachineDoesNotExist."""
        machine = self._machines.by_name.get(arn.name)
        if machine is None or machine.arn != arn.text:
            raise ServiceError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn.text}'")
        return machine

    def go_on_deleting(self) -> None:
        """Finish the deletions that an earlier process began."""
        for machine in list(self._machines.by_name.values()):
            if machine.deleting:
                self._finish_deleting(machine)

    def _finish_deleting(self, machine: StateMachine) -> None:
        task = asyncio.get_running_loop().create_task(self._stop_and_remove(machine))
        self._deletions.add(task)
        task.add_done_callback(self._deletions.discard)

    async def _stop_and_remove(self, machine: StateMachine) -> None:
        while True:
            try:
                while ids := self._unended(machine):
                    await asyncio.gather(*(self._host.deliver(id, StopRequested()) for id in ids))
                async with self._changing:
                    await self._remove(machine)
                return
            except (NotDurable, Unavailable):
                await asyncio.sleep(RETRY_SECONDS)

    async def _remove(self, machine: StateMachine) -> None:
        await self._host.write(self._machines.removal(machine))
        self._machines.by_name.pop(machine.name, None)

    def _unended(self, machine: StateMachine) -> list[str]:
        scan = self._host.store.scan
        rows = [row for status in UNENDED for row in scan(keys.by_status_prefix(status, machine.name), limit=100)]
        return [keys.listed_id(key) for key, _ in rows]

    def _check_same(self, known: StateMachine, definition: str, type: str, configuration: Configuration) -> None:
        if known.deleting:
            raise ServiceError("StateMachineDeleting", f"State Machine is deleting: '{known.arn}'")
        same = (known.type, known.configuration) == (type, configuration)
        if not same or self._machines.revision(known.revision).definition != definition:
            raise ServiceError("StateMachineAlreadyExists", f"State Machine Already Exists: '{known.arn}'")


class Checked(NamedTuple):
    """A definition that may be registered, what it was compiled to, and the job that it was made from, if it was."""

    definition: str
    machine: Machine
    variable_references: dict[str, list[str]]
    job: JobText | None = None

    def revision(self, role_arn: str, created: float) -> Revision:
        """It as a revision."""
        return Revision(
            definition=self.definition,
            role_arn=role_arn,
            created=created,
            variable_references=self.variable_references,
            job=self.job,
        )


def checked_definition(definition: str, type: str) -> Checked:
    """What a definition comes to. May take a second: not for the loop.

    Raises ServiceError InvalidDefinition with everything that is wrong, in AWS's words.
    """
    wrong = errors(validate(definition, type))
    if wrong:
        raise ServiceError("InvalidDefinition", invalid_definition(wrong), findings=wrong)
    parsed = parse(definition)
    return Checked(definition, compile_machine(parsed), variable_references(parsed))


def check_role(role_arn: str) -> None:
    """Raises ServiceError InvalidArn unless the role looks like one."""
    parts = role_arn.split(":", 5)
    if parts[0] != "arn":
        raise ServiceError("InvalidArn", f"Invalid Arn: 'Invalid ARN prefix: {role_arn}'")
    if len(parts) < 6 or not parts[5].startswith("role/"):
        raise ServiceError("InvalidArn", f"Invalid Role Arn: '{role_arn}'")


def _check_current(machine: StateMachine, expected: Container[str] | None) -> None:
    if expected is not None and machine.revision_id not in expected:
        text = f"The state machine has changed since: its revision is '{machine.revision_id}'"
        raise ServiceError("PreconditionFailed", text, status=412)


def _revision_id(machine: StateMachine) -> str:
    return INITIAL if machine.updated is None else machine.revision_id
