"""How large variables may become: 256 KiB in one Assign, 10 MiB in one execution, and no more while all are alive."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.core import run as run_module
from tests.core.script import Run

LARGE = "x" * 1_000


def assigns(*names: str) -> dict[str, Any]:
    """A machine that sets these variables, one state after the other."""
    states: dict[str, Any] = {}
    for number, name in enumerate(names):
        end = {"End": True} if number == len(names) - 1 else {"Next": f"S{number + 1}"}
        states[f"S{number}"] = {"Type": "Pass", "Assign": {name: LARGE}, **end}
    return {"StartAt": "S0", "States": states}


@pytest.fixture(autouse=True)
def _small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "VARIABLES_BYTES_MAX", 3_100)


def test_all_variables_together() -> None:
    assert Run(assigns("a", "b", "c")).finish().execution.status == "SUCCEEDED"
    execution = Run(assigns("a", "b", "c", "d")).finish().execution
    assert (execution.status, execution.error) == ("FAILED", "States.DataLimitExceeded")


def test_a_variable_that_is_set_again_counts_once() -> None:
    assert Run(assigns("a", "a", "a", "a", "a")).finish().execution.status == "SUCCEEDED"


def test_the_variables_of_ended_iterations_do_not_count() -> None:
    each = {"Type": "Map", "ItemProcessor": assigns("v"), "ItemsPath": "$", "MaxConcurrency": 1}
    again = {**each, "ItemProcessor": {"StartAt": "T0", "States": {"T0": {**assigns("v")["States"]["S0"]}}}}
    twice = {"StartAt": "M", "States": {"M": {**each, "Next": "N"}, "N": {**again, "End": True}}}
    assert Run(twice, "[1, 2]").finish().execution.status == "SUCCEEDED"


def test_one_assign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "VARIABLE_BYTES_MAX", 1_001)
    assert Run(assigns("a")).finish().execution.error == "States.DataLimitExceeded"
    monkeypatch.setattr(run_module, "VARIABLE_BYTES_MAX", 1_002)
    assert Run(assigns("a")).finish().execution.status == "SUCCEEDED"
