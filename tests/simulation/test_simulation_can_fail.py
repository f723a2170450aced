"""The simulator finds what it is there for: each of these faults, planted in the engine, breaks a promise within a few
seeds. (Without any, `test_simulation` passes the same seeds.)
"""

from __future__ import annotations

import pytest

from statemachine.store.interface import StoreDamaged
from tests.simulation.planted import FAULTS, Fault
from tests.simulation.runs import check_seed
from tests.simulation.witness import Violation

SEEDS_MAX = 200


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name: str) -> None:
    assert _is_found(FAULTS[name])


def _is_found(fault: Fault) -> bool:
    with fault.planted():
        for seed in range(SEEDS_MAX):
            try:
                check_seed(seed, commits=fault.commits, disk=fault.disk)
            except (Violation, StoreDamaged):  # the latter where a payload has no row
                return True
    return False
