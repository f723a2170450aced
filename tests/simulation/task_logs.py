"""What functions print in a simulation, and what must be on disk of it at the end.

Each function prints one line, from which state, scope and attempt can be read. Reads the store alone.
"""

from __future__ import annotations

from statemachine.checkpoint import keys
from statemachine.checkpoint.logs import LogRow, read_log
from statemachine.core.model import Execution, HistoryEvent, Scope
from statemachine.store.interface import Store
from statemachine.tasks.kind import TaskLog
from tests.simulation.witness import promise

ENDED_BY_A_FUNCTION = frozenset(("LambdaFunctionSucceeded", "LambdaFunctionFailed", "TaskSubmitted"))


def printed_in(execution: Execution, scope: Scope) -> TaskLog:
    """What the function of that scope prints."""
    return TaskLog(_line(execution.id, scope.path, scope.state, scope.retries + 1))


def check_logs(store: Store, id: str, events: list[HistoryEvent]) -> None:
    """Each end of a function has the row of what it printed; every other row is that of a task that was cancelled."""
    rows = [(key, read_log(row)) for key, row in store.scan(keys.logs_prefix(id))]
    for key, row in rows:
        promise(key == keys.log(id, row.event, row.path), f"{key} holds the log of another task: {row}")
        promise(
            row.text == _line(id, row.path, row.state, row.attempt), f"{key} holds what another task printed: {row}"
        )
        promise(0 < row.event <= len(events), f"{key} belongs to no event")
    found = {(row.event, row.path): row for _, row in rows}
    for event in events:
        row = found.pop((event.id, event.scope), None)
        if event.type in ENDED_BY_A_FUNCTION:
            promise(row is not None, f"{id}: {event.type} {event.id} has no log")
    for row in found.values():
        promise(_has_function(events, row), f"{id}: this is the log of no function: {row}")


def _has_function(events: list[HistoryEvent], row: LogRow) -> bool:
    """Was a function started in the scope before the event?"""
    return any(
        event.scope == row.path and event.type in ("LambdaFunctionStarted", "TaskStarted")
        for event in events[: row.event]
    )


def _line(id: str, path: str, state: str, attempt: int) -> str:
    return f"{id}{path} {state} {attempt}\n"
