"""An event on its way to an execution, and what its sender hears of it. Data alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from statemachine.core.model import Event, Execution
from statemachine.host.protocol import Reply

OnReply = Callable[[Reply | None, Exception | None], None]
"""Called once, when the event's group is durable (reply) or lost (error)."""


@dataclass(eq=False, slots=True)
class Delivery:
    """An event for an execution; a "started" event brings the new execution's `header`. `on_reply` is None where nobody
    asks: the sender would not send the event again. It is stepped as of `not_before` at the earliest, however the clock
    was set in the meantime."""

    id: str
    event: Event
    header: Execution | None = None
    on_reply: OnReply | None = None
    not_before: float = 0.0
