"""The one place where the parts of a server are joined: store, catalogues, engine, service.

The server, the command line's own runs and tests compose the same parts. Must not know an API or a process manager.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from statemachine.config import Settings
from statemachine.engine.admission import AdmissionLimits
from statemachine.engine.loop import Engine
from statemachine.engine.step_mark import StepMark
from statemachine.engine.waiting_for_evaluation import Evaluators
from statemachine.host import Observer
from statemachine.registry.activities import ActivityCatalog
from statemachine.registry.machines import MachineCatalog
from statemachine.service.actions import Actions
from statemachine.service.service import Service
from statemachine.store.interface import Store
from statemachine.tasks.kind import TaskKind
from statemachine.tasks.registered import RegisteredNames


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one server. `open` them before use; close the engine at the end."""

    store: Store
    machines: MachineCatalog
    activities: ActivityCatalog
    engine: Engine
    service: Service
    actions: Actions

    async def open(self) -> None:
        """Count the executions, recover, and finish the deletions that an earlier process began."""
        await self.service.system.counts.load(self.engine)
        await self.engine.open()
        self.service.state_machine_deletions.resume()


def compose(
    settings: Settings,
    store: Store,
    kinds: list[TaskKind],
    *,
    fatal: Callable[[Exception], None],
    clock: Callable[[], float] = time.time,
    monotonic: Callable[[], float] | None = None,
    mark: StepMark | None = None,
    evaluators: Evaluators | None = None,
    observers: Sequence[Observer] = (),
) -> Parts:
    """The parts over an open store. `fatal` is called if the store cannot be trusted. The process must then end."""
    machines, activities = MachineCatalog(store), ActivityCatalog()
    machines.load(store)
    activities.load(store)
    engine = Engine(
        store,
        machines,
        activities,
        kinds,
        evaluators=evaluators,
        limits=AdmissionLimits(settings.running_max, settings.running_max_by_machine, settings.ageing_seconds),
        observers=observers,
        clock=clock,
        monotonic=monotonic,
        mark=mark,
        fatal=fatal,
    )
    registered = RegisteredNames(kinds, lambda: [activity.arn for activity in activities])
    service = Service(engine, machines, activities, settings, clock=clock, registered=registered)
    return Parts(store, machines, activities, engine, service, Actions(service))
