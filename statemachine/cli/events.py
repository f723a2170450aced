"""The history of an execution on a server, read piece by piece: each event once, in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from statemachine.cli.execution_argument import ExecutionName
from statemachine.cli.server_client import ServerClient

NEW_EVENTS = 10
"""How many of the newest events are asked for first when some are known already."""


class Events:
    """Remembers how far it has read."""

    def __init__(self, server: ServerClient, execution: ExecutionName) -> None:
        self._server = server
        self._path = (*execution.path, "history")
        self._known = 0

    def read(self) -> Iterator[dict[str, Any]]:
        """The events since the last time, as the server shows them. Raises Refusal; what was not given yet comes the
        next time."""
        for event in self._newest() if self._known else self._all():
            self._known = event["id"]
            yield event

    def _all(self) -> Iterator[dict[str, Any]]:
        for page in self._server.pages(*self._path):
            yield from page["events"]

    def _newest(self) -> Iterator[dict[str, Any]]:
        """What has been added, read from the end: a history has no other place to go on from."""
        found: list[dict[str, Any]] = []
        for page in self._server.pages(*self._path, limit=NEW_EVENTS, reverse="true"):
            found += [event for event in page["events"] if event["id"] > self._known]
            if page["events"][-1]["id"] <= self._known + 1:
                break
        yield from reversed(found)


def is_end(event: dict[str, Any]) -> bool:
    """Does the execution end with this event?"""
    type_: str = event["type"]
    return type_.startswith("Execution") and type_ not in ("ExecutionStarted", "ExecutionRedriven")


def with_seconds(event: dict[str, Any]) -> dict[str, Any]:
    """The event with its timestamp in epoch seconds."""
    return event | {"timestamp": datetime.fromisoformat(event["timestamp"]).timestamp()}
