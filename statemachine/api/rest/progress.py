"""How far an execution is, state by state: at once, as soon as something changes, or as a stream. Must not know how a
change is noticed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from falcon.asgi import Request, Response, SSEvent

from statemachine.api.render import rest_json
from statemachine.api.rest.query import integer_parameter
from statemachine.api.rest.resource import RestResource
from statemachine.errors import ServiceError
from statemachine.service.actions import AWAIT_EXECUTION_UPDATES, DESCRIBE_EXECUTION_UPDATES

STREAM_PAUSE_SECONDS = 0.25
"""The least time between two events of a stream, however fast an execution changes."""
STREAM_SILENCE_SECONDS = 15.0
"""A stream without a change for so long sends an empty event."""
EVENT_STREAM = "text/event-stream"


class ExecutionUpdates(RestResource):
    """/executions/{machine}/{name}/updates"""

    query = ("since", "wait")

    async def on_get(self, request: Request, response: Response, machine: str, name: str) -> None:
        arn = self.home.execution(machine, name)
        since = integer_parameter(request, "since", 0) or 0
        wait = integer_parameter(request, "wait", 0)
        if EVENT_STREAM in request.accept:
            # A refusal has a status of its own only before the stream begins.
            await self.call(request, AWAIT_EXECUTION_UPDATES, executionArn=arn, since=since, wait=0)
            response.sse = self._stream(request, arn, _last_event(request, since))
            return
        if wait:
            updates = await self.call(request, AWAIT_EXECUTION_UPDATES, executionArn=arn, since=since, wait=wait)
        else:
            updates = await self.call(request, DESCRIBE_EXECUTION_UPDATES, executionArn=arn, since=since)
        self.show(response, updates)

    async def _stream(self, request: Request, arn: str, since: int) -> AsyncIterator[SSEvent | None]:
        """An event for each change, until the execution has ended. A later stream may continue from an event's id."""
        while True:
            try:
                updates = await self.call(
                    request, AWAIT_EXECUTION_UPDATES, executionArn=arn, since=since, wait=STREAM_SILENCE_SECONDS
                )
            except ServiceError as refusal:
                if refusal.code == "ClientDisconnected":
                    return
                yield SSEvent(event="error", json={"title": refusal.code, "detail": refusal.detail})
                return
            ended = updates.stop_date is not None
            if ended or updates.since > since:
                since = updates.since
                text = rest_json(updates).decode()
                yield SSEvent(event="end" if ended else "update", event_id=str(since), text=text)
            if ended or self.actions.draining:
                return
            yield None  # a comment: it keeps the connection open, and shows the framework that a client has left
            await asyncio.sleep(STREAM_PAUSE_SECONDS)


def _last_event(request: Request, since: int) -> int:
    """The header Last-Event-ID, which a client that lost its connection sends; otherwise `since`."""
    given = request.get_header("Last-Event-ID") or ""
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else since
