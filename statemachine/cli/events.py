"""The history of an execution on a server, read in pieces: each event once, in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from statemachine.cli.execution_argument import ExecutionName
from statemachine.cli.server_client import JsonObject, ServerClient

NEW_EVENTS = 10
"""How many of the newest events are asked for first, if some were read before."""


class HistoryReader:
    """Reads the history of one execution, and remembers the last event that it has given."""

    def __init__(self, server: ServerClient, execution: ExecutionName) -> None:
        self._server = server
        self._path = (*execution.path, "history")
        self._last = 0

    def read(self) -> Iterator[JsonObject]:
        """The events since the last call, in AWS's shape with timestamps in ISO 8601.

        Raises Refusal; the next call then begins with the first event that was not given.
        """
        for event in self._newest() if self._last else self._all():
            self._last = event["id"]
            yield event

    def _all(self) -> Iterator[JsonObject]:
        for page in self._server.pages(*self._path):
            yield from page["events"]

    def _newest(self) -> Iterator[JsonObject]:
        """The new events. They are read from the end, because a history cannot be read from a given event on."""
        found: list[JsonObject] = []
        for page in self._server.pages(*self._path, limit=NEW_EVENTS, reverse="true"):
            found += [event for event in page["events"] if event["id"] > self._last]
            if page["events"][-1]["id"] <= self._last + 1:
                break
        yield from reversed(found)


def with_seconds(event: JsonObject) -> JsonObject:
    """The event with its timestamp in epoch seconds."""
    return event | {"timestamp": datetime.fromisoformat(event["timestamp"]).timestamp()}
