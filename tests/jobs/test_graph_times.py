"""When the tasks of a graph start: each at the very moment at which the last of its own dependencies is done.

50 random graphs of 30 tasks run under a virtual clock, each task for a time of its own; the times that must come out
are reckoned beside it, from the graph alone. Nothing is kept in memory between two steps.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

import pytest

from statemachine.core.events import StartRequested, TaskSuccess
from statemachine.core.payload import Payload
from statemachine.core.waits import TaskWait
from statemachine.json_text import dump
from tests.core.forgetful import Forgetful
from tests.core.script import START
from tests.jobs.definitions import definition, graph

Graph = dict[str, list[str]]
TASKS = 30


@dataclass
class Timed(Forgetful):
    """Each task is answered when its seconds are over; `started` notes when each was first waited for."""

    seconds: Mapping[str, int] = field(default_factory=dict)
    started: dict[str, float] = field(default_factory=dict)

    def play(self) -> Timed:
        self.send(StartRequested())
        while self.execution.status == "RUNNING":
            ends = []
            for path, scope in self.scopes.items():
                if isinstance(scope.waiting, TaskWait):
                    started = self.started.setdefault(scope.state, self.now)
                    assert scope.waiting.scheduled == started
                    ends.append((started + self.seconds[scope.state], path, scope.state))
            self.now, path, name = min(ends)
            assert self.send(TaskSuccess(path, self.token(path), Payload(text=dump(f"{name} done"))))
        return self


def random_graph(chance: random.Random) -> Graph:
    """Tasks are listed in any order; each depends on up to four that come before it in a hidden order."""
    order = [f"t{number}" for number in range(TASKS)]
    chance.shuffle(order)
    drawn = {id: chance.sample(order[:place], min(place, chance.randint(0, 4))) for place, id in enumerate(order)}
    return {id: drawn[id] for id in sorted(drawn)}


def start_times(dependencies: Graph, seconds: Mapping[str, int]) -> dict[str, float]:
    """What must come out."""
    started: dict[str, float] = {}
    for id in TopologicalSorter(dependencies).static_order():
        started[id] = max((started[other] + seconds[other] for other in dependencies[id]), default=START)
    return started


def start_times_by_levels(dependencies: Graph, seconds: Mapping[str, int]) -> dict[str, float]:
    """What would come out if each level waited for the whole level before it."""
    sorter = TopologicalSorter(dependencies)
    sorter.prepare()
    started: dict[str, float] = {}
    now = START
    while sorter.is_active():
        level = sorter.get_ready()
        started.update(dict.fromkeys(level, now))
        now += max(seconds[id] for id in level)
        sorter.done(*level)
    return started


@pytest.mark.parametrize("seed", range(50))
def test_each_task_waits_for_its_own_dependencies_only(seed: int) -> None:
    chance = random.Random(seed)
    dependencies = random_graph(chance)
    seconds = {id: chance.randint(1, 100) for id in dependencies}
    run = Timed(definition(graph(dependencies)), input='"given"', seconds=seconds).play()
    expected = start_times(dependencies, seconds)
    assert expected != start_times_by_levels(dependencies, seconds)
    assert run.started == expected
    assert run.now == max(expected[id] + seconds[id] for id in dependencies)
    assert run.execution.output is not None
    assert run.execution.output.value == {id: f"{id} done" for id in dependencies}
    assert given_inputs(run) == {
        id: {"input": "given", "outputs": {other: f"{other} done" for other in others}}
        for id, others in dependencies.items()
    }


def given_inputs(run: Timed) -> dict[str, object]:
    names: dict[str, str] = {}
    found: dict[str, object] = {}
    for event in run.history:
        if event.type == "TaskStateEntered" and event.details:
            names[event.scope] = event.details["name"]
        if event.type == "LambdaFunctionScheduled" and event.details:
            found[names[event.scope]] = event.details["input"].value
    return found


@pytest.mark.parametrize("order", [("a", "b", "c", "d"), ("d", "c", "b", "a")])
def test_order_of_the_list_means_nothing(order: Sequence[str]) -> None:
    dependencies: Graph = {"a": [], "b": [], "c": ["a", "b"], "d": ["b"]}
    seconds = {"a": 100, "b": 1, "c": 1, "d": 1}
    run = Timed(definition(graph({id: dependencies[id] for id in order})), seconds=seconds).play()
    assert {id: at - START for id, at in run.started.items()} == {"a": 0, "b": 0, "c": 100, "d": 1}
