"""What one seed means: machines, executions, what every task will do, and what goes wrong when.

All answers are pure functions of the seed, so that a run with crashes can be compared with one without. In a calm
scenario nothing that happens depends on who is faster (see `definitions`); in any other, anything goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from math import inf
from random import Random
from typing import Any

from statemachine.core.compile import Machine, compile_machine
from statemachine.core.ids import execution_id
from statemachine.core.model import Decision
from statemachine.core.step_builder import StepContext
from statemachine.engine.admission import AdmissionLimits
from statemachine.json_text import dump
from statemachine.query.view import View
from tests.simulation.definitions import ERRORS, LARGE, SMALL, Author, States, input_value

DEFINITIONS = 5_000
"""How many definitions there are; seeds share them, because writing and compiling one takes as long as a run."""


@dataclass(frozen=True)
class Written:
    """A definition with what it compiles to; `states` holds the nested ones too."""

    definition: dict[str, Any]
    machine: Machine
    states: States


@dataclass(frozen=True)
class Start:
    """A caller starts an execution at a moment, and perhaps stops it at a later one; `insists` says that the stop is
    tried again until it is done. It may ask to begin only after a `delay`, in seconds."""

    name: str
    revision: str
    input: str
    at: float
    stopped_at: float | None
    insists: bool
    delay: float | None
    priority: int

    @property
    def machine(self) -> str:
        """The name of its state machine."""
        return self.revision.partition("/")[0]

    @property
    def id(self) -> str:
        """The id of the execution."""
        return execution_id(self.machine, self.name)


@dataclass(frozen=True)
class Behaviour:
    """What a task does: `delays` are the seconds after which it sends a heartbeat, and at last, unless it is `silent`,
    its answer (a JSON text, or the name of an error); `repeated` says that it answers twice."""

    delays: tuple[float, ...]
    output: str | None
    error: str | None
    silent: bool
    repeated: bool


class Defective:
    """The body of a state in which our own mistake shows: what it raises is no failure that a definition knows."""

    def enter(self, view: View) -> Decision:
        raise ZeroDivisionError("as planned")

    def resume(self, view: View) -> Decision:
        raise ZeroDivisionError("as planned")


@lru_cache(maxsize=500)
def written(number: int) -> Written:
    """Definition number `number`; the even ones are calm."""
    definition = Author(Random(f"definition {number}"), calm=number % 2 == 0).machine()
    return Written(definition, compile_machine(definition), dict(_all_states(definition)))


def _all_states(block: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, state in block["States"].items():
        yield name, state
        for inner in (*state.get("Branches", ()), *([state["ItemProcessor"]] if "ItemProcessor" in state else ())):
            yield from _all_states(inner)


class Scenario:
    """One seed's plan.

    `jumps` are moments at which the clock is set forward, and by how much. `limits` are settings of the engine that
    this seed makes smaller than they are; `admission` says how many executions may run at once. `defective` names a
    type of state whose code fails; it is None as a rule.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.calm = seed % 2 == 0
        self.revisions: dict[str, Written] = {}
        self.starts: list[Start] = []
        self.jumps: list[tuple[float, float]] = []
        self.defective: str | None = None
        chance = Random(f"scenario {seed}")
        turns = Random(f"turns {seed}")
        machines = turns.choice(({}, {}, {"m0": 1}, {"m0": 1, "m1": 2}))
        self.admission = AdmissionLimits(turns.choice((None, None, 1, 2)), machines, turns.choice((0.1, 60.0)))
        for number in range(chance.randint(1, 2)):
            which = chance.randrange(0, DEFINITIONS, 2) + (not self.calm)
            self.revisions[f"m{number}/1"] = written(which)
        for number in range(chance.randint(1, 3)):
            # Names that differ only in their end: their keys lie side by side.
            name = f"e{'!' * number}"
            revision = chance.choice(list(self.revisions))
            at = chance.choice((0.0, chance.uniform(0, 5)))
            stopped = not self.calm and chance.random() < 0.3
            stopped_at = at + chance.choice((0.01, 3.0, 30.0)) * chance.random() if stopped else None
            input = dump(input_value(chance))
            insists = chance.random() < 0.5
            delay = turns.choice((None, None, None, 0.0, turns.uniform(0, 100)))
            self.starts.append(
                Start(name, revision, input, at, stopped_at, insists, delay, turns.choice((0, 0, 1, -1)))
            )
        for _ in range(chance.choice((0, 0, 1, 2))):
            self.jumps.append((chance.uniform(0, 60), chance.uniform(0, 5 if self.calm else 1000)))
        if not self.calm and chance.random() < 0.05:
            self.defective = chance.choice(("Pass", "Task", "Wait", "Choice"))
        self.limits: dict[str, Any] = {
            "engine.loop.SLICE_SECONDS": inf,
            "engine.loop.GROUP_EVENTS_MAX": chance.choice((1, 2, 5, 2000)),
            "engine.writer.LOADED_MAX": chance.choice((0, 1, 10_000)),
            "engine.timers.HORIZON_SECONDS": chance.choice((60.0, 600.0)),
            "store.pages.PAGE_ROWS": chance.choice((1, 3, 1000)),
            "engine.writer.StepContext": partial(StepContext, transitions_max=chance.choice((1, 2, 7, 100))),
            "core.step_builder.HISTORY_EVENTS_MAX": 25_000 if self.calm else chance.choice((30, 100, 25_000)),
        }

    def machine(self, revision: str) -> Machine:
        """The compiled machine of a revision, for the engine."""
        machine = self.revisions[revision].machine
        if self.defective is None:
            return machine
        states = {
            name: replace(state, body=Defective()) if state.type == self.defective else state
            for name, state in machine.states.items()
        }
        return replace(machine, states=states)

    def behaviour(self, id: str, path: str, state: str, retries: int, arguments: str) -> Behaviour:
        """What a task does, whichever time it is handed out."""
        chance = Random(f"{self.seed} {id} {path} {state} {retries} {arguments}")
        fields = self._fields(id, state)
        beats = chance.randint(0, 3) if "HeartbeatSeconds" in fields and not self.calm else 0
        pace = chance.choice((0.01, 0.4, 2.0)) if self.calm else chance.choice((0.0, 0.01, 0.7, 3.0, 10.0))
        output = dump({"of": state, "retries": retries, "text": chance.choice((SMALL, LARGE))})
        error = chance.choice(ERRORS) if chance.random() < 0.3 else None
        ends_anyway = "TimeoutSeconds" in fields or "HeartbeatSeconds" in fields
        return Behaviour(
            delays=tuple(chance.uniform(0.5, 1.0) * pace for _ in range(beats + 1)),
            output=None if error else output,
            error=error,
            silent=ends_anyway and chance.random() < 0.15,
            repeated=chance.random() < 0.2,
        )

    def _fields(self, id: str, state: str) -> dict[str, Any]:
        return self.revisions[f"{id.partition(':')[0]}/1"].states[state]
