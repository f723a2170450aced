"""Starting executions: once for each request, or once for each idempotency key."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Callable

from statemachine.arn import Home, parse_arn
from statemachine.core.events import StartRequested
from statemachine.core.ids import execution_id
from statemachine.core.limits import PAYLOAD_BYTES_MAX
from statemachine.core.model import UNENDED, Execution
from statemachine.core.payload import Payload
from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.json_text import JsonError, parse
from statemachine.reads.headers import HeaderWithPayloads, read_header_with_payloads
from statemachine.service.executions.answers import KeyedExecution, StartedExecution
from statemachine.service.names import check_name
from statemachine.service.state_machines.register import StateMachines, check_not_deleting
from statemachine.times.timestamps import Timestamp

KEY_CHARACTERS_MAX = 255
PRIORITY_MAX = 1_000
"""Ours: the greatest priority, up or down."""


class ExecutionStarts:
    """The verbs that start."""

    def __init__(
        self, host: Host, state_machines: StateMachines, home: Home, *, open_max: int, clock: Callable[[], float]
    ) -> None:
        self._host = host
        self._state_machines = state_machines
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
        """Start an execution, or have it started at `start_at` (epoch seconds).

        If it must wait for its turn, a higher `priority` comes earlier. A name of an execution that has not ended, with
        the same input, gives that one; any other use of a taken name raises ExecutionAlreadyExists.
        """
        machine = self._state_machines.find(parse_arn(state_machine_arn, "stateMachine"))
        check_not_deleting(machine)
        if name is None:
            name = str(uuid.uuid4())
        check_name(name)
        payload = check_input(input)
        _check_priority(priority)
        if machine.type == "EXPRESS":
            raise ServiceError("StateMachineTypeNotSupported", "This server cannot run EXPRESS state machines yet")
        if self._host.open_executions >= self._open_max:
            raise ServiceError("ExecutionLimitExceeded", "The maximum number of open executions is reached")
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
        input: str = "{}",
        start_at: float | None = None,
        priority: int = 0,
    ) -> KeyedExecution:
        """Start the execution of an idempotency key, or find it.

        The execution's name is derived from the key, so nothing else is remembered: the key holds across restarts, and
        for as long as the execution is kept. Two requests at the very same time may both be told that it is new.

        Raises ServiceError IdempotencyKeyReused if the key was used with another input, time or priority.
        """
        machine = self._state_machines.find(parse_arn(state_machine_arn, "stateMachine"))
        name = name_of_key(key)
        id = execution_id(machine.name, name)
        known = await self._host.read(read_header_with_payloads, id)
        if known is None:
            try:
                started = await self.start(
                    state_machine_arn=state_machine_arn, name=name, input=input, start_at=start_at, priority=priority
                )
            except ServiceError as refusal:
                known = await self._host.read(read_header_with_payloads, id)
                if refusal.code != "ExecutionAlreadyExists" or known is None:
                    raise
            else:
                return KeyedExecution(execution_arn=started.execution_arn, start_date=started.start_date, is_new=True)
        if not _is_same(known, input, start_at, priority):
            text = f"The Idempotency-Key '{key}' was used with another body, for the execution '{name}'"
            raise ServiceError("IdempotencyKeyReused", text, status=422)
        header = known.header
        return KeyedExecution(execution_arn=header.arn, start_date=Timestamp(header.started), is_new=False)


def name_of_key(key: str) -> str:
    """The name of the execution that a key starts. Raises ServiceError ValidationException for a key that is too long
    or empty."""
    if not 1 <= len(key) <= KEY_CHARACTERS_MAX:
        text = f"An Idempotency-Key has 1 to {KEY_CHARACTERS_MAX} characters"
        raise ServiceError("ValidationException", text, header="Idempotency-Key")
    return "key-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def check_input(text: str) -> Payload:
    """The payload of an execution's input. Raises ServiceError InvalidExecutionInput, in AWS's words."""
    if not text:
        raise ServiceError("InvalidExecutionInput", "Invalid State Machine Execution Input: 'Invalid execution input.'")
    if len(text.encode("utf-8", "surrogatepass")) > PAYLOAD_BYTES_MAX:
        raise ServiceError(
            "InvalidExecutionInput",
            f"Invalid State Machine Execution Input: 'The input exceeds the maximum of {PAYLOAD_BYTES_MAX} bytes.'",
        )
    try:
        return Payload(parse(text), text)
    except JsonError as error:
        raise ServiceError(
            "InvalidExecutionInput", f"Invalid State Machine Execution Input: '{error.message}'"
        ) from None


def _check_priority(priority: int) -> None:
    if abs(priority) > PRIORITY_MAX:
        text = f"'priority' must be between -{PRIORITY_MAX} and {PRIORITY_MAX}"
        raise ServiceError("ValidationException", text, pointer="/priority")


def _is_same(known: HeaderWithPayloads, input: str, start_at: float | None, priority: int) -> bool:
    return (known.input, known.header.start_at, known.header.priority) == (input, start_at, priority)
