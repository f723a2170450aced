"""The open connections of a server, limited in number. Must not know HTTP.

Over the limit, the connection that has been without a request for the longest time is ended: clients that do nothing
cannot keep out those that ask for something.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

REFUSED_MAX = 100
"""The most connections over the limit that are kept until they have been told so."""


class HasTransport(Protocol):
    """What is counted."""

    transport: asyncio.Transport


class OpenConnections:
    """`count_max` connections, of which each may take `seconds_max` to send a request."""

    def __init__(self, count_max: int, seconds_max: float) -> None:
        self.count_max = count_max
        self.seconds_max = seconds_max
        self._idle: dict[HasTransport, None] = {}
        """Connections that have no complete request, in the order in which they became idle."""

    def enter(self, connection: HasTransport, count: int) -> bool:
        """Is there a place for this connection, the last of `count`? An idle one may have to go for it."""
        answering = count - 1 - len(self._idle)
        has_place = answering < self.count_max
        if count > self.count_max + (0 if has_place else REFUSED_MAX) and self._idle:
            oldest = next(iter(self._idle))
            del self._idle[oldest]
            oldest.transport.abort()
        self._idle[connection] = None
        return has_place

    def answering(self, connection: HasTransport) -> None:
        """The connection has a request that is being answered."""
        self._idle.pop(connection, None)

    def idle(self, connection: HasTransport) -> None:
        """All requests of the connection are answered."""
        if not connection.transport.is_closing():
            self._idle[connection] = None

    leave = answering
    """The connection has ended."""
