"""The ids of executions: "machine:name". No look-up is needed from an execution's ARN to its rows.

Neither a state machine's name nor an execution's may hold a colon (AWS's rule).
"""

from __future__ import annotations


def execution_id(machine: str, name: str) -> str:
    """The id of the execution `name` of a state machine."""
    return f"{machine}:{name}"


def machine_of(id: str) -> str:
    """The state machine's name in an execution's id."""
    return id.partition(":")[0]


def name_of(id: str) -> str:
    """The execution's own name in its id."""
    return id.partition(":")[2]
