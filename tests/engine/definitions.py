"""Small definitions that these tests run."""

from __future__ import annotations

from typing import Any

from statemachine.testing import FUNCTION

ROLE = "arn:aws:iam::000000000000:role/statemachine"
ACTIVITY = "arn:aws:states:us-east-1:000000000000:activity:work"


def machine(**states: Any) -> dict[str, Any]:
    """A state machine that begins with the first of the states."""
    return {"StartAt": next(iter(states)), "States": states}


PASS = machine(P={"Type": "Pass", "End": True})
FAIL = machine(F={"Type": "Fail", "Error": "Broken", "Cause": "on purpose"})
LOOP = machine(
    Again={"Type": "Choice", "Choices": [{"Variable": "$.stop", "IsPresent": True, "Next": "End"}], "Default": "On"},
    On={"Type": "Pass", "Next": "Again"},
    End={"Type": "Succeed"},
)
"""Without `stop` in its input it never ends of its own accord."""
CALLBACK = machine(
    C={
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "work", "Payload": {"token.$": "$$.Task.Token"}},
        "End": True,
    }
)


def wait(seconds: float) -> dict[str, Any]:
    """A Wait state and nothing else."""
    return machine(W={"Type": "Wait", "Seconds": seconds, "End": True})


def task(resource: str = FUNCTION, **fields: Any) -> dict[str, Any]:
    """A Task state and nothing else."""
    return machine(T={"Type": "Task", "Resource": resource, **fields, "End": True})


def passes(count: int) -> dict[str, Any]:
    """So many Pass states in a row."""
    states = {f"P{number}": {"Type": "Pass", "Next": f"P{number + 1}"} for number in range(count - 1)}
    return machine(**states, **{f"P{count - 1}": {"Type": "Pass", "End": True}})


def mapped(processor: dict[str, Any]) -> dict[str, Any]:
    """A Map that runs the processor for each item of its input."""
    return machine(M={"Type": "Map", "ItemProcessor": processor, "End": True})
