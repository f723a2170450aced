"""Executions: start, describe, list, stop, history."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from typing import Any

from statemachine.arn import Home, parse_arn
from statemachine.checkpoint import keys
from statemachine.checkpoint.read import read_execution, read_history, read_listing
from statemachine.core.events import StartRequested, StopRequested
from statemachine.core.history import aws_event
from statemachine.core.limits import PAYLOAD_BYTES_MAX
from statemachine.core.model import UNENDED, Execution, HistoryEvent
from statemachine.core.payload import Payload
from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.json_text import JsonError, parse
from statemachine.registry.machines import Machines
from statemachine.service.names import check_name
from statemachine.service.paging import make_token, page_size, read_number, read_token
from statemachine.service.state_machines import StateMachines
from statemachine.store.base import Store

PAGE_CHARACTERS_MAX = 1_048_576
"""Ours: the texts of one page of a history; a page that would hold more is shorter, and leads on."""
EVENTS_AT_ONCE = 50


class Executions:
    """The verbs on executions."""

    def __init__(
        self,
        host: Host,
        state_machines: StateMachines,
        machines: Machines,
        home: Home,
        *,
        open_max: int,
        clock: Callable[[], float],
    ) -> None:
        self._host = host
        self._state_machines = state_machines
        self._machines = machines
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
    ) -> dict[str, Any]:
        """Start an execution, or have it started at the moment `start_at`; where it must wait for its turn, a higher
        `priority` comes earlier. Naming one that has not ended, with the same input, gives that one; any other use of
        a taken name is ExecutionAlreadyExists."""
        machine = self._state_machines.find(parse_arn(state_machine_arn, "stateMachine"))
        if machine.deleting:
            raise ServiceError("StateMachineDeleting", f"State Machine is deleting: '{machine.arn}'")
        if name is None:
            name = str(uuid.uuid4())
        check_name(name)
        payload = check_input(input)
        if machine.type == "EXPRESS":
            raise ServiceError("StateMachineTypeNotSupported", "This server cannot run EXPRESS state machines yet")
        if self._host.open_executions >= self._open_max:
            raise ServiceError("ExecutionLimitExceeded", "The maximum number of open executions is reached")
        header = Execution(
            id=keys.execution_id(machine.name, name),
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
        return {"executionArn": execution.arn, "startDate": execution.started}

    async def describe(self, *, execution_arn: str, included_data: str = "ALL_DATA") -> dict[str, Any]:
        """An execution with its input and, once it has ended well, its output."""
        execution = find_execution(self._host.store, execution_arn)
        shown = included_data != "METADATA_ONLY"
        described: dict[str, Any] = {
            "executionArn": execution.arn,
            "stateMachineArn": execution.machine_arn,
            "name": execution.name,
            "status": execution.status,
            "startDate": execution.started,
            "redriveCount": execution.redrives,
            **_redrivable(execution),
        }
        if shown:
            described |= {"input": execution.input.text, "inputDetails": {"included": True}}
        if execution.output is not None and shown:
            described |= {"output": execution.output.text, "outputDetails": {"included": True}}
        optional = {
            "stopDate": execution.stopped,
            "error": execution.error,
            "cause": execution.cause,
            "traceHeader": execution.trace_header,
        }
        return described | {member: value for member, value in optional.items() if value is not None}

    async def list_page(
        self,
        *,
        state_machine_arn: str | None = None,
        status_filter: str | None = None,
        max_results: int | None = None,
        next_token: str | None = None,
    ) -> dict[str, Any]:
        """Executions of a state machine, newest first, a page at a time."""
        if state_machine_arn is None:
            raise ServiceError("ValidationException", "Must specify exactly one of stateMachineArn or mapRunArn")
        machine = self._state_machines.find(parse_arn(state_machine_arn, "stateMachine"))
        question = ("ListExecutions", machine.arn, status_filter)
        position = read_token(next_token, question, self._clock())
        size = page_size(max_results)
        rows, more = self._page(machine.name, status_filter, position, size)
        page: dict[str, Any] = {"executions": [listed(row) for _, row in rows]}
        if more:
            page["nextToken"] = make_token(rows[-1][0], question, self._clock())
        return page

    async def stop(self, *, execution_arn: str, error: str | None = None, cause: str | None = None) -> dict[str, Any]:
        """Stop an execution; one that has ended stays as it ended."""
        id = find_execution(self._host.store, execution_arn).id
        reply = await self._host.deliver(id, StopRequested(error, cause))
        assert reply.execution is not None
        return {"stopDate": reply.execution.stopped}

    async def history(
        self,
        *,
        execution_arn: str,
        max_results: int | None = None,
        reverse_order: bool = False,
        next_token: str | None = None,
        include_execution_data: bool = True,
    ) -> dict[str, Any]:
        """The history events of an execution, a page at a time, in either order."""
        execution = find_execution(self._host.store, execution_arn)
        question = ("GetExecutionHistory", execution.arn, reverse_order)
        position = read_number(next_token, question, self._clock())
        size = page_size(max_results)
        if reverse_order:
            last = execution.events if position is None else position - 1
            first = max(last - size + 1, 1)
        else:
            first = 1 if position is None else position + 1
            last = min(first + size - 1, execution.events)
        events = self._events(execution.id, first, last, reverse=reverse_order)
        page: dict[str, Any] = {"events": [aws_event(event, include_data=include_execution_data) for event in events]}
        if events and events[-1].id != (1 if reverse_order else execution.events):
            page["nextToken"] = make_token(str(events[-1].id), question, self._clock())
        return page

    async def describe_state_machine(self, *, execution_arn: str, included_data: str = "ALL_DATA") -> dict[str, Any]:
        """The state machine as it was when the execution began."""
        execution = find_execution(self._host.store, execution_arn)
        revision = self._machines.revision(execution.revision)
        machine = self._machines.by_name.get(execution.machine_arn.rpartition(":")[2])
        if machine is None:
            raise ServiceError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{execution.machine_arn}'")
        described = {
            "stateMachineArn": machine.arn,
            "name": machine.name,
            "updateDate": revision.created,
            **self._state_machines.described_revision(machine, revision, included_data),
        }
        if machine.updated is not None:
            described["revisionId"] = execution.revision.rpartition("/")[2]
        return described

    def _events(self, id: str, first: int, last: int, *, reverse: bool) -> list[HistoryEvent]:
        """Those events, in either order, or as many of them as a page may hold."""
        found: list[HistoryEvent] = []
        size = 0
        while first <= last:
            if reverse:
                chunk = read_history(self._host.store, id, max(last - EVENTS_AT_ONCE + 1, first), last)[::-1]
                last -= EVENTS_AT_ONCE
            else:
                chunk = read_history(self._host.store, id, first, min(first + EVENTS_AT_ONCE - 1, last))
                first += EVENTS_AT_ONCE
            for event in chunk:
                size += sum(len(detail) for detail in (event.details or {}).values() if isinstance(detail, str))
                if found and size > PAGE_CHARACTERS_MAX:
                    return found
                found.append(event)
        return found

    def _page(
        self, machine: str, status: str | None, position: str, size: int
    ) -> tuple[list[tuple[str, dict[str, Any]]], bool]:
        """The rows after `position` with their keys, and whether there are more."""
        store = self._host.store
        prefix = keys.listed_prefix(machine) if status is None else keys.by_status_prefix(status, machine)
        rows = store.scan(prefix, after=position, limit=size + 1)
        found = []
        for key, row in rows[:size]:
            # The list by status only points at the full one.
            source = row if status is None else store.get(keys.listed_prefix(machine) + key.removeprefix(prefix))
            if source is not None:
                found.append((key, read_listing(source)))
        return found, len(rows) > size


def find_execution(store: Store, execution_arn: str) -> Execution:
    """The header of an execution. Raises ServiceError InvalidArn or ExecutionDoesNotExist."""
    arn = parse_arn(execution_arn, "execution")
    execution = read_execution(store, keys.execution_id(arn.name, arn.qualifier))
    if execution is None or execution.arn != execution_arn:
        raise ServiceError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{execution_arn}'")
    return execution


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


def _redrivable(execution: Execution) -> dict[str, str]:
    if execution.status in ("FAILED", "TIMED_OUT", "ABORTED"):
        return {"redriveStatus": "REDRIVABLE"}
    reason = f"Execution is {execution.status} and cannot be redriven"
    return {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": reason}


def listed(row: dict[str, Any]) -> dict[str, Any]:
    """What a list tells of an execution, from its row there."""
    shown = {
        "executionArn": row["arn"],
        "stateMachineArn": row["machine_arn"],
        "name": row["name"],
        "status": row["status"],
        "startDate": row["started"],
        "redriveCount": row["redrives"],
    }
    if row["stopped"] is not None:
        shown["stopDate"] = row["stopped"]
    return shown
