"""Stopping executions. Must not know a state."""

from __future__ import annotations

from statemachine.core.events import StopRequested
from statemachine.host import Host
from statemachine.service.executions.answers import StoppedExecution
from statemachine.service.executions.find import find_execution
from statemachine.times.timestamps import Timestamp


class ExecutionStops:
    """The verb that stops."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def stop(self, *, execution_arn: str, error: str | None = None, cause: str | None = None) -> StoppedExecution:
        """Stop an execution. One that has ended stays as it ended. Raises ServiceError ExecutionDoesNotExist."""
        execution = await find_execution(self._host, execution_arn)
        stopped = execution.stopped
        if stopped is None:  # a host that drains or cannot write takes no event, and an ended execution needs none
            reply = await self._host.deliver(execution.id, StopRequested(error, cause))
            assert reply.execution is not None
            assert reply.execution.stopped is not None
            stopped = reply.execution.stopped
        return StoppedExecution(stop_date=Timestamp(stopped))
