"""Deleting state machines: their executions are stopped first, then they are removed. Must not know an API."""

from __future__ import annotations

import asyncio
from collections.abc import Container

import msgspec
from tenacity import AsyncRetrying, retry_if_exception_type, wait_fixed

from statemachine.arn import parse_arn
from statemachine.core.events import StopRequested
from statemachine.host import Host, NotDurable, Unavailable
from statemachine.reads.lists import unended_executions
from statemachine.registry.machines import MachineCatalog, StateMachine, removal_rows
from statemachine.service.answer import EMPTY, Empty
from statemachine.service.state_machines.find import check_current, find_state_machine

RETRY_SECONDS = 1.0
"""The pause before a deletion is tried again that the host could not write."""
STOPPED_AT_ONCE = 100


class StateMachineDeletions:
    """The verb that deletes."""

    def __init__(self, host: Host, catalog: MachineCatalog) -> None:
        self._host = host
        self._catalog = catalog
        self._deletions: set[asyncio.Task[None]] = set()

    async def delete(
        self, *, state_machine_arn: str, expected: Container[str] | None = None, must_exist: bool = False
    ) -> Empty:
        """Delete a state machine. It stays, with status DELETING, until its running executions are stopped.

        Deleting a state machine that does not exist does nothing, as AWS's action; with `must_exist`, which is ours, it
        raises ServiceError StateMachineDoesNotExist. `expected`, ours too, are the revisions that may be current; with
        any other one ServiceError PreconditionFailed is raised.
        """
        arn = parse_arn(state_machine_arn, "stateMachine")
        async with self._catalog.changing:
            if must_exist:
                find_state_machine(self._catalog, arn)
            machine = self._catalog.find(arn)
            if machine is None or arn.qualifier or machine.deleting:
                return EMPTY
            check_current(machine, expected)
            deleting = msgspec.structs.replace(machine, deleting=True)
            # Starts are refused from here on. The write is committed after every start that was accepted, so `_unended`
            # sees them.
            with self._catalog.shown_as(deleting):
                await self._catalog.put(self._host, deleting)
            if await self._unended(deleting):
                self._schedule(deleting)
            else:
                await self._remove(deleting)
        return EMPTY

    def resume(self) -> None:
        """Finish the deletions that an earlier process began."""
        for machine in list(self._catalog):
            if machine.deleting:
                self._schedule(machine)

    def _schedule(self, machine: StateMachine) -> None:
        task = asyncio.get_running_loop().create_task(self._stop_and_remove(machine))
        self._deletions.add(task)
        task.add_done_callback(self._deletions.discard)

    async def _stop_and_remove(self, machine: StateMachine) -> None:
        again = retry_if_exception_type((NotDurable, Unavailable))
        async for attempt in AsyncRetrying(retry=again, wait=wait_fixed(RETRY_SECONDS), sleep=asyncio.sleep):
            with attempt:
                while ids := await self._unended(machine):
                    await asyncio.gather(*(self._host.deliver(id, StopRequested()) for id in ids))
                async with self._catalog.changing:
                    await self._remove(machine)

    async def _unended(self, machine: StateMachine) -> list[str]:
        return await self._host.read(unended_executions, machine.name, STOPPED_AT_ONCE)

    async def _remove(self, machine: StateMachine) -> None:
        await self._catalog.remove(self._host, machine.name, removal_rows(machine))
