"""Runs of one seed: with the faults that it brings, with one fault at a chosen commit, or without any.

A run with faults must come to the same end as one without, if the scenario is calm; the promises hold in every run,
and law 6 in every step.
"""

from __future__ import annotations

from collections.abc import Callable

from statemachine.engine.commits import Commits
from statemachine.store.interface import Store
from statemachine.store.memory import MemoryStore
from tests.core.law6 import checked_in
from tests.simulation.aftermath import Ending, check_end, compare
from tests.simulation.callers import Callers
from tests.simulation.faults import FaultAt, Faults, FaultyStore, RandomFaults
from tests.simulation.scenario import Scenario
from tests.simulation.witness import Violation
from tests.simulation.workers import Workers
from tests.simulation.world import World


def play(
    scenario: Scenario,
    faults: Faults,
    open_store: Callable[[], Store] | None = None,
    commits: type[Commits] = Commits,
    disk: type[FaultyStore] = FaultyStore,
) -> tuple[World, dict[str, Ending]]:
    """One run, in memory unless `open_store` opens another store; gives how each execution ended.

    Raises Violation, with the end of the trace as its note.
    """
    memory = MemoryStore()
    world = World(scenario, open_store or (lambda: memory), faults, commits, disk)
    try:
        Callers(world)
        with checked_in("statemachine.engine"):
            world.run(Workers(world).functions)
        return world, check_end(world.store, scenario)
    except (Violation, Exception) as error:
        error.add_note(world.story())
        raise
    finally:
        world.store.close()


def check_seed(
    seed: int,
    open_store: Callable[[], Store] | None = None,
    commits: type[Commits] = Commits,
    disk: type[FaultyStore] = FaultyStore,
) -> None:
    """Run a seed with its faults and, if it is calm, compare it with a run without any. Raises Violation."""
    scenario = Scenario(seed)
    world, found = play(scenario, RandomFaults(seed), open_store, commits, disk)
    if scenario.calm:
        _compare(world, play(scenario, Faults())[1], found)


def check_every_commit(seed: int) -> int:
    """Run a seed again and again, with one fault at each of its commits; gives their number. Raises Violation."""
    scenario, counted = Scenario(seed), Faults()
    _, expected = play(scenario, counted)
    for number in range(1, counted.commits + 1):
        for kind in FaultAt.KINDS:
            world, found = play(scenario, FaultAt(number, kind))
            if scenario.calm:
                _compare(world, expected, found)
    return counted.commits


def _compare(world: World, expected: dict[str, Ending], found: dict[str, Ending]) -> None:
    try:
        compare(expected, found)
    except Violation as error:
        error.add_note(world.story())
        raise
