"""Executions to rows. Must not know when rows are written.

A payload of more than INLINE_BYTES_MAX is written once, in a row of its own, and other rows refer to it by number. A
smaller one is text in each row that uses it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from statemachine.checkpoint import keys
from statemachine.core.ids import machine_of
from statemachine.core.model import Execution, HistoryEvent, Scope, StatusChange
from statemachine.core.payload import Payload

INLINE_BYTES_MAX = 512
"""A larger payload has a row of its own."""


class GroupRows:
    """The rows of one group. Rows in `changed` are replaced, or deleted if they are None; rows in `fresh` must be new.

    `status_changes` has one entry for each execution whose status the rows change.
    """

    def __init__(self) -> None:
        self.changed: dict[str, bytes | None] = {}
        self.fresh: dict[str, bytes | None] = {}
        self.status_changes: list[StatusChange] = []
        self._execution: Execution | None = None
        self._encoder = msgspec.json.Encoder(enc_hook=self._encode_payload)

    def put(self, key: str, value: Any) -> None:
        """Add a row with any JSON value, or an object of the model."""
        self.changed[key] = self._encoder.encode(value)

    def delete(self, key: str) -> None:
        """Add the deletion of a row."""
        self.changed[key] = None

    def put_scope(self, execution: Execution, scope: Scope) -> None:
        """Add a scope."""
        self._execution = execution
        self.put(keys.scope(execution.id, scope.path), scope)

    def put_history(self, execution: Execution, events: list[HistoryEvent]) -> None:
        """Add a chunk of history events."""
        self._execution = execution
        self.fresh[keys.history(execution.id, events[0].id)] = self._encoder.encode(events)

    def put_header(self, execution: Execution, before: str | None) -> None:
        """Add the header and the rows of the lists. `before` is the status on disk, None for a new execution.

        Call it after all other rows of the execution were added: that gives numbers to payloads, and the header counts
        those.
        """
        self._execution = execution
        for payload in (execution.input, execution.output):
            if payload is not None:
                self._encode_payload(payload)
        self.put(keys.head(execution.id), execution)
        if before == execution.status:
            return
        self.status_changes.append(StatusChange(before, execution.status))
        machine = machine_of(execution.id)
        if before is not None:
            self.delete(keys.by_status(before, machine, execution.started, execution.id))
        self.put(keys.by_status(execution.status, machine, execution.started, execution.id), execution.id)
        self.put(keys.listed(machine, execution.started, execution.id), list_row(execution))

    def _encode_payload(self, value: Any) -> str | int:
        assert isinstance(value, Payload)
        execution = self._execution
        if value.stored is None:
            if value.size <= INLINE_BYTES_MAX or execution is None:
                return value.text
            execution.data += 1
            value.stored = execution.data
            self.fresh[keys.data(execution.id, value.stored)] = value.text.encode()
        return value.stored


def list_row(execution: Execution) -> dict[str, Any]:
    """The row of an execution in a list; `reads.lists.ListRow` reads it."""
    return {
        "arn": execution.arn,
        "machine_arn": execution.machine_arn,
        "name": execution.name,
        "status": execution.status,
        "started": execution.started,
        "stopped": execution.stopped,
        "redrives": execution.redrives,
    }
