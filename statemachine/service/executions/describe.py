"""Describing and listing executions. Must not know an API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from statemachine.core.model import UNSUCCESSFUL
from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.reads.headers import Header, HeaderWithPayloads
from statemachine.reads.lists import Filter, ListRow, list_page
from statemachine.registry.machines import MachineCatalog
from statemachine.service.executions.answers import (
    ExecutionDescription,
    ExecutionPage,
    ExecutionWithStart,
    FilteredExecution,
    FilteredPage,
    Included,
    ListedExecution,
)
from statemachine.service.executions.find import find_execution, find_full_execution
from statemachine.service.paging import make_page_token, page_size, read_page_token
from statemachine.service.state_machines.find import find_state_machine
from statemachine.times.timestamps import Timestamp

INCLUDED = Included(included=True)


class ExecutionDescriptions:
    """The verbs that describe and list."""

    def __init__(self, host: Host, catalog: MachineCatalog, clock: Callable[[], float]) -> None:
        self._host = host
        self._catalog = catalog
        self._clock = clock

    async def describe(self, *, execution_arn: str, included_data: str = "ALL_DATA") -> ExecutionDescription:
        """An execution with its input and, once it has succeeded, its output; without both for METADATA_ONLY.

        Raises ServiceError ExecutionDoesNotExist.
        """
        if included_data == "METADATA_ONLY":
            return ExecutionDescription(**_described(await find_execution(self._host, execution_arn)))
        full = await find_full_execution(self._host, execution_arn)
        return ExecutionDescription(**_described(full.header), **_payloads(full))

    async def describe_with_start(self, *, execution_arn: str) -> ExecutionWithStart:
        """As `describe`, with when the execution begins. Raises ServiceError ExecutionDoesNotExist."""
        full = await find_full_execution(self._host, execution_arn)
        header = full.header
        return ExecutionWithStart(
            **_described(header),
            **_payloads(full),
            start_at=None if header.start_at is None else Timestamp(header.start_at),
            priority=header.priority or None,
            queue_place=self._host.queue_place(header.id) if header.status == "PENDING" else None,
        )

    async def list_page(
        self,
        *,
        state_machine_arn: str | None = None,
        status_filter: str | None = None,
        max_results: int | None = None,
        next_token: str | None = None,
    ) -> ExecutionPage:
        """The executions of a state machine, newest first, a page at a time."""
        if state_machine_arn is None:
            raise ServiceError("ValidationException", "Must specify exactly one of stateMachineArn or mapRunArn")
        if status_filter == "PENDING_REDRIVE":
            # (service model): a ValidationException. Ours: the text.
            text = "A statusFilter of PENDING_REDRIVE is for the executions of a Map Run"
            raise ServiceError("ValidationException", text, pointer="/statusFilter")
        machine = find_state_machine(self._catalog, state_machine_arn)
        wanted = ("ListExecutions", machine.arn, status_filter)
        position = read_page_token(next_token, wanted, self._clock())
        filter = Filter(machines=(machine.name,), statuses=(status_filter,) if status_filter else ())
        page = await self._host.survey(list_page, filter, position, page_size(max_results))
        return ExecutionPage(
            executions=[ListedExecution(**_listed(listed.row)) for listed in page.executions],
            next_token=make_page_token(page.next_position, wanted, self._clock()),
        )

    async def list_filtered(
        self,
        *,
        state_machine_arn: str | None = None,
        machine: Sequence[str] = (),
        status: Sequence[str] = (),
        started_after: float | None = None,
        started_before: float | None = None,
        name_prefix: str = "",
        error_contains: str = "",
        max_results: int | None = None,
        next_token: str | None = None,
    ) -> FilteredPage:
        """The executions to which every filter applies, newest first: those of one state machine, which must exist, or
        of the state machines with the names `machine`, or of all; with one of these `status`es.

        A page may be short, even empty, and have a token. Raises ServiceError StateMachineDoesNotExist.
        """
        if state_machine_arn is not None:
            machine = (find_state_machine(self._catalog, state_machine_arn).name,)
        filter = Filter(
            machines=tuple(sorted(set(machine))),
            statuses=tuple(sorted(set(status))),
            started_after=started_after,
            started_before=started_before,
            name_prefix=name_prefix,
            error_contains=error_contains,
        )
        wanted = ("executions", filter)
        position = read_page_token(next_token, wanted, self._clock())
        page = await self._host.survey(list_page, filter, position, page_size(max_results))
        return FilteredPage(
            executions=[FilteredExecution(machine=listed.machine, **_listed(listed.row)) for listed in page.executions],
            next_token=make_page_token(page.next_position, wanted, self._clock()),
        )


def _described(execution: Header) -> dict[str, Any]:
    """The members of an execution without its payloads, by the names of the fields."""
    can_redrive = execution.status in UNSUCCESSFUL
    return {
        "execution_arn": execution.arn,
        "state_machine_arn": execution.machine_arn,
        "name": execution.name,
        "status": execution.status,
        "start_date": Timestamp(execution.started),
        "redrive_count": execution.redrives,
        "redrive_status": "REDRIVABLE" if can_redrive else "NOT_REDRIVABLE",
        "redrive_status_reason": None if can_redrive else f"Execution is {execution.status} and cannot be redriven",
        "stop_date": None if execution.stopped is None else Timestamp(execution.stopped),
        "error": execution.error,
        "cause": execution.cause,
        "trace_header": execution.trace_header,
    }


def _payloads(full: HeaderWithPayloads) -> dict[str, Any]:
    """The members that hold the input and, once it has succeeded, the output."""
    output = {} if full.output is None else {"output": full.output, "output_details": INCLUDED}
    return {"input": full.input, "input_details": INCLUDED, **output}


def _listed(row: ListRow) -> dict[str, Any]:
    """The members of a listed execution by the names of the fields."""
    return {
        "execution_arn": row.arn,
        "state_machine_arn": row.machine_arn,
        "name": row.name,
        "status": row.status,
        "start_date": Timestamp(row.started),
        "redrive_count": row.redrives,
        "stop_date": None if row.stopped is None else Timestamp(row.stopped),
    }
