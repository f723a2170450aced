"""The engine under random machines, executions and faults: whatever goes wrong, what was promised holds.

`STATEMACHINE_SIMULATION_SEEDS` says which seeds are run: how many ("20000"), or from which to which ("17-17").
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from statemachine.json_text import dump
from statemachine.store.sqlite import SqliteStore
from statemachine.validation import errors, validate
from tests.simulation.faults import RandomFaults
from tests.simulation.runs import check_every_commit, check_seed, play
from tests.simulation.scenario import Scenario, written

SEEDS = 500
SEEDS_ON_DISK = 12
SEEDS_WITH_EVERY_FAULT = range(14, 26)


def seeds(default: int) -> range:
    """The seeds to run."""
    first, _, last = os.environ.get("STATEMACHINE_SIMULATION_SEEDS", str(default)).rpartition("-")
    return range(int(first), int(last) + 1) if first else range(int(last))


@pytest.mark.parametrize("seed", seeds(SEEDS))
def test_promises_hold(seed: int) -> None:
    check_seed(seed)


@pytest.mark.parametrize("seed", seeds(SEEDS_ON_DISK)[:SEEDS_ON_DISK])
def test_promises_hold_on_disk(seed: int, tmp_path: Path) -> None:
    check_seed(seed, lambda: SqliteStore(tmp_path / "store.sqlite"))


@pytest.mark.parametrize("seed", SEEDS_WITH_EVERY_FAULT)
def test_any_commit_may_fail_or_be_the_last_of_a_process(seed: int) -> None:
    assert check_every_commit(seed) > 0


@pytest.mark.parametrize("seed", [2, 3])
def test_a_seed_always_does_the_same(seed: int) -> None:
    (one, _), (other, _) = (play(Scenario(seed), RandomFaults(seed)) for _ in range(2))
    assert one.trace == other.trace


@pytest.mark.parametrize("number", range(40))
def test_definitions_are_valid(number: int) -> None:
    assert errors(validate(dump(written(number).definition))) == []
