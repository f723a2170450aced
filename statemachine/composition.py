"""The one place where the parts of a server are joined: store, catalogues, engine, service.

The server, the command line's own runs and tests compose the same parts. Must not know an API or a process manager.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from statemachine.arn import split_arn
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
from statemachine.store.interface import Store, StoreError
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
    """The parts over an open store. `fatal` is called if the store cannot be trusted. The process must then end.

    Raises StoreError if the store is of another region or account.
    """
    machines, activities = MachineCatalog(store), ActivityCatalog()
    machines.load(store)
    activities.load(store)
    check_home([machine.arn for machine in machines] + [activity.arn for activity in activities], settings)
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


def check_home(arns: Iterable[str], settings: Settings) -> None:
    """Raises StoreError if all ARNs of a store are of other regions or accounts: nothing would be found by its name."""
    homes = Counter((arn.region, arn.account) for arn in map(split_arn, arns) if arn is not None)
    if not homes or (settings.region, settings.account) in homes:
        return
    ((region, account), _) = homes.most_common(1)[0]
    raise StoreError(
        f"the store has ARNs of region {region} and account {account}, and the settings say region {settings.region} "
        f"and account {settings.account}: start with AWS_DEFAULT_REGION={region} and AWS_ACCOUNT_ID={account}"
    )
