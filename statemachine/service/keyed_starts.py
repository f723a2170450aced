"""Starts that may be repeated: the same key starts one execution of a state machine, however often it is sent.

The execution's name is derived from the key, so nothing else need be remembered: it holds across restarts, and for as
long as the execution is kept.
"""

from __future__ import annotations

import hashlib
from typing import Any

from statemachine.arn import parse_arn
from statemachine.checkpoint import keys
from statemachine.checkpoint.read import read_execution
from statemachine.core.model import Execution
from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.service.executions import Executions
from statemachine.service.state_machines import StateMachines

KEY_CHARACTERS_MAX = 255


class KeyedStarts:
    """The verb of a start with a key."""

    def __init__(self, host: Host, executions: Executions, state_machines: StateMachines) -> None:
        self._host = host
        self._executions = executions
        self._state_machines = state_machines

    async def start(self, *, key: str, state_machine_arn: str, input: str, **more: Any) -> tuple[dict[str, Any], bool]:
        """Start the execution of that key, or find it: its answer, and whether it is new. (Two callers at the very same
        moment may both be told that it is.) `more` is for Executions.start,
        and named there as in the execution.

        Raises ServiceError IdempotencyKeyReused where the key was used with another input, or other ones of these.
        """
        machine = self._state_machines.find(parse_arn(state_machine_arn, "stateMachine"))
        name = name_of_key(key)
        known = self._read(machine.name, name)
        if known is None:
            try:
                started = await self._executions.start(
                    state_machine_arn=state_machine_arn, name=name, input=input, **more
                )
            except ServiceError as refusal:
                known = self._read(machine.name, name)
                if refusal.code != "ExecutionAlreadyExists" or known is None:
                    raise
            else:
                return started, True
        if known.input.text != input or any(getattr(known, member) != value for member, value in more.items()):
            text = f"The Idempotency-Key '{key}' was used with another body, for the execution '{name}'"
            raise ServiceError("IdempotencyKeyReused", text, status=422)
        return {"executionArn": known.arn, "startDate": known.started}, False

    def _read(self, machine: str, name: str) -> Execution | None:
        return read_execution(self._host.store, keys.execution_id(machine, name))


def name_of_key(key: str) -> str:
    """The name of the execution that a key starts. Raises ServiceError ValidationException for what is no key."""
    if not 1 <= len(key) <= KEY_CHARACTERS_MAX:
        text = f"An Idempotency-Key has 1 to {KEY_CHARACTERS_MAX} characters"
        raise ServiceError("ValidationException", text, header="Idempotency-Key")
    return "key-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:40]
