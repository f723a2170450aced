"""Where an execution stands, state by state: at once, as soon as something changes, or as a stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from falcon.asgi import Request, Response, SSEvent

from statemachine.api.connection import while_connected
from statemachine.api.render import rest_json
from statemachine.api.rest.resource import RestResource, integer_parameter
from statemachine.core.limits import HISTORY_EVENTS_MAX
from statemachine.core.model import UNENDED
from statemachine.errors import ServiceError
from statemachine.service.actions import AWAIT_EXECUTION_UPDATES, DESCRIBE_EXECUTION_UPDATES

WAIT_SECONDS_MAX = 60
STREAM_PAUSE_SECONDS = 0.25
"""The least time between two events of a stream, however fast an execution changes."""
STREAM_SILENCE_SECONDS = 15.0
"""A stream that has nothing to tell for so long sends an empty event."""
EVENT_STREAM = "text/event-stream"


class ExecutionUpdates(RestResource):
    """/executions/{machine}/{name}/updates"""

    async def on_get(self, request: Request, response: Response, machine: str, name: str) -> None:
        self.allow(request, "since", "wait")
        arn = self.home.execution(machine, name)
        since = integer_parameter(request, "since", 0, HISTORY_EVENTS_MAX) or 0
        seconds = integer_parameter(request, "wait", 0, WAIT_SECONDS_MAX) or 0
        if EVENT_STREAM in (request.accept or ""):
            # An execution that does not exist is refused before the stream begins.
            await self.call(DESCRIBE_EXECUTION_UPDATES, executionArn=arn)
            response.sse = self._stream(arn, _last_event(request, since))
            return
        if seconds:
            waited = self.call(AWAIT_EXECUTION_UPDATES, executionArn=arn, since=since, seconds=seconds)
            updates = await while_connected(request, waited)
        else:
            updates = await self.call(DESCRIBE_EXECUTION_UPDATES, executionArn=arn, since=since)
        self.show(response, updates)

    async def _stream(self, arn: str, since: int) -> AsyncIterator[SSEvent | None]:
        """An event for each change, until the execution has ended. A later stream may go on from an event's id."""
        while True:
            try:
                updates = await self.call(
                    AWAIT_EXECUTION_UPDATES, executionArn=arn, since=since, seconds=STREAM_SILENCE_SECONDS
                )
            except ServiceError as refusal:
                yield SSEvent(event="error", json={"title": refusal.code, "detail": refusal.message})
                return
            ended = updates.status not in UNENDED
            if ended or updates.since > since:
                since = updates.since
                text = rest_json(updates).decode()
                yield SSEvent(event="end" if ended else "update", event_id=str(since), text=text)
            if ended or self.actions.draining:
                return
            yield None
            await asyncio.sleep(STREAM_PAUSE_SECONDS)


def _last_event(request: Request, since: int) -> int:
    """Where a client that lost its connection goes on."""
    given = request.get_header("Last-Event-ID") or ""
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else since
