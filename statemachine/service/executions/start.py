"""Starting executions: once for each request, or once for each idempotency key. Must not know the queue."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Callable

from statemachine.arn import Home
from statemachine.core.events import StartRequested
from statemachine.core.ids import execution_id
from statemachine.core.model import UNENDED, Execution
from statemachine.core.payload import Payload
from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.reads.headers import read_header_with_payloads
from statemachine.registry.machines import MachineCatalog
from statemachine.service.executions.answers import KeyedExecution, StartedExecution
from statemachine.service.limits import limit_reached
from statemachine.service.names import check_name
from statemachine.service.payloads import read_payload
from statemachine.service.state_machines.find import check_not_deleting, find_state_machine
from statemachine.times.timestamps import Timestamp

KEY_CHARACTERS_MAX = 255
PRIORITY_MAX = 1_000
"""Ours: the greatest priority, up or down."""


class ExecutionStarts:
    """The verbs that start."""

    def __init__(
        self, host: Host, catalog: MachineCatalog, home: Home, *, open_max: int, clock: Callable[[], float]
    ) -> None:
        self._host = host
        self._catalog = catalog
        self._home = home
        self._open_max = open_max
        self._clock = clock

    async def start(
        self,
        *,
        state_machine_arn: str,
        name: str | None = None,
        input: str = "{}",
        trace_header: str | None = None,
        start_at: float | None = None,
        priority: int = 0,
    ) -> StartedExecution:
        """Start an execution, at once or at `start_at` (epoch seconds); if it is queued, a higher `priority` comes
        earlier. `start_at` and `priority` are ours.

        If an execution of that name and input has not ended, it is the answer. Any other use of a taken name raises
        ServiceError ExecutionAlreadyExists. The limit of open executions is compared before the write, so starts at the
        very same time may exceed it.
        """
        machine = find_state_machine(self._catalog, state_machine_arn)
        check_not_deleting(machine)
        if name is None:
            name = str(uuid.uuid4())
        check_name(name)
        payload = check_input(input)
        _check_priority(priority)
        if machine.type == "EXPRESS":  # Ours: the refusal
            raise ServiceError("StateMachineTypeNotSupported", "This server cannot run EXPRESS state machines yet")
        if self._host.open_executions >= self._open_max:
            raise limit_reached("ExecutionLimitExceeded", "open_executions_max", self._open_max)
        header = Execution(
            id=execution_id(machine.name, name),
            arn=self._home.execution(machine.name, name),
            name=name,
            machine_arn=machine.arn,
            revision=machine.revision,
            role_arn=machine.role_arn,
            seed=secrets.token_hex(32),
            started=self._clock(),
            input=payload,
            trace_header=trace_header,
            start_at=start_at,
            priority=priority,
        )
        reply = await self._host.deliver(header.id, StartRequested(), header)
        execution = reply.execution
        assert execution is not None
        if reply.stale and (execution.status not in UNENDED or execution.input.text != input):
            raise ServiceError("ExecutionAlreadyExists", f"Execution Already Exists: '{header.arn}'")
        return StartedExecution(execution_arn=execution.arn, start_date=Timestamp(execution.started))

    async def start_with_key(
        self,
        *,
        key: str,
        state_machine_arn: str,
        name: str | None = None,
        input: str = "{}",
        start_at: float | None = None,
        priority: int = 0,
    ) -> KeyedExecution:
        """Start the execution of an idempotency key, or find it.

        The execution's name is derived from the key, so nothing else is remembered: the key holds across restarts, and
        for as long as the execution is kept. Two requests at the very same time may both be told that it is new.

        Raises ServiceError IdempotencyKeyReused if the key was used with another input, time or priority, and
        ValidationException if a name is given as well.
        """
        if name is not None:
            text = "An Idempotency-Key stands for the execution's name: give one of them"
            raise ServiceError("ValidationException", text, pointer="/name")
        machine = find_state_machine(self._catalog, state_machine_arn)
        name = name_of_key(key)
        id = execution_id(machine.name, name)
        known = await self._host.read(read_header_with_payloads, id)
        if known is None:
            try:
                started = await self.start(
                    state_machine_arn=state_machine_arn, name=name, input=input, start_at=start_at, priority=priority
                )
                return KeyedExecution(execution_arn=started.execution_arn, start_date=started.start_date, is_new=True)
            except ServiceError as refusal:  # another request with the key may have come first
                known = await self._host.read(read_header_with_payloads, id)
                if refusal.code != "ExecutionAlreadyExists" or known is None:
                    raise
        if (known.input, known.header.start_at, known.header.priority) != (input, start_at, priority):
            text = f"The Idempotency-Key '{key}' was used with another body, for the execution '{name}'"
            raise ServiceError("IdempotencyKeyReused", text)
        header = known.header
        return KeyedExecution(execution_arn=header.arn, start_date=Timestamp(header.started), is_new=False)


def name_of_key(key: str) -> str:
    """The name of the execution that a key starts. Raises ServiceError ValidationException for a key that is too long
    or empty."""
    if not 1 <= len(key) <= KEY_CHARACTERS_MAX:
        text = f"An Idempotency-Key has 1 to {KEY_CHARACTERS_MAX} characters"
        raise ServiceError("ValidationException", text, pointer="/key")
    return "key-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def check_input(text: str) -> Payload:
    """The payload of an execution's input. Raises ServiceError InvalidExecutionInput, in AWS's words."""
    code, prefix = "InvalidExecutionInput", "Invalid State Machine Execution Input"
    if not text:
        raise ServiceError(code, f"{prefix}: 'Invalid execution input.'", pointer="/input")
    return read_payload(text, "input", code, prefix)


def _check_priority(priority: int) -> None:
    if abs(priority) > PRIORITY_MAX:
        text = f"'priority' must be between -{PRIORITY_MAX} and {PRIORITY_MAX}"
        raise ServiceError("ValidationException", text, pointer="/priority")
