"""An event on its way to an execution, and the reply to its sender. Plain data. Must not know groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from statemachine.core.events import DeadlineReached, Event, StartRequested, StopRequested, TaskReturned, TaskSuccess
from statemachine.core.model import Execution
from statemachine.core.payload import Payload
from statemachine.host.protocol import Reply
from statemachine.tasks.kind import TaskLog

OnReply = Callable[[Reply | None, Exception | None], None]
"""Called once: with the reply when the event's group is durable, or with an error if the group is lost."""


@dataclass(frozen=True, slots=True)
class StartDue:
    """The time of a delayed start has come: from now on the execution is queued. Never reaches the core."""


EngineEvent = Event | StartDue
STARTS = (StartRequested, StartDue)
"""Events that start an execution."""
OVERTAKING = (*STARTS, StopRequested, DeadlineReached)
"""Events that need not wait for an evaluation of their execution: they mean the same before and after it."""


@dataclass(eq=False, slots=True)
class Delivery:
    """An event for an execution.

    The start of a new execution brings its `header`. `on_reply` is None if the sender waits for no reply and would not
    send the event again. `log` is what the task has printed whose result the event is; it is kept with the step.
    """

    id: str
    event: EngineEvent
    header: Execution | None = None
    on_reply: OnReply | None = None
    log: TaskLog | None = None


def without_stored_payload(delivery: Delivery) -> Delivery:
    """The event as it was delivered. Its payload may have got the number of a row that was lost with the group."""
    event = delivery.event
    if isinstance(event, TaskReturned | TaskSuccess):
        event = msgspec.structs.replace(event, output=Payload(text=event.output.text))
    return Delivery(delivery.id, event, log=delivery.log)
