"""Task callbacks: a worker says by a task's token that the task succeeded, failed or is alive. Must not know who the
worker is."""

from __future__ import annotations

from collections.abc import Callable

from statemachine.core.events import Event, TaskFailure, TaskHeartbeat, TaskSuccess
from statemachine.core.token import genuine_token, read_task_token
from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.service.answer import EMPTY, Empty
from statemachine.service.paging import invalid_token
from statemachine.service.payloads import read_payload


class TaskCallbacks:
    """The verbs that take a task's token."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def succeed(self, *, task_token: str, output: str) -> Empty:
        """The task is done; `output` is JSON text. Raises ServiceError InvalidOutput, InvalidToken or TaskTimedOut."""
        payload = read_payload(output, "output", "InvalidOutput", "Invalid Output")
        return await self._deliver(task_token, lambda scope: TaskSuccess(scope, task_token, payload))

    async def fail(self, *, task_token: str, error: str | None = None, cause: str | None = None) -> Empty:
        """The task failed. Raises ServiceError InvalidToken or TaskTimedOut."""
        return await self._deliver(task_token, lambda scope: TaskFailure(scope, task_token, error, cause))

    async def heartbeat(self, *, task_token: str) -> Empty:
        """The task is alive. Raises ServiceError InvalidToken or TaskTimedOut."""
        return await self._deliver(task_token, lambda scope: TaskHeartbeat(scope, task_token))

    async def _deliver(self, token: str, event_for: Callable[[str], Event]) -> Empty:
        """Deliver the event that `event_for` makes for the scope of the token."""
        address = read_task_token(token)
        if address is None:
            raise invalid_token()
        id, scope = address
        reply = await self._host.deliver(id, event_for(scope))
        if reply.execution is None or not genuine_token(token, reply.execution.seed):
            raise invalid_token()
        if reply.stale:  # Ours: the text
            raise ServiceError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
        return EMPTY
