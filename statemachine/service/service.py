"""All verbs together, as the doors get them."""

from __future__ import annotations

from collections.abc import Callable

from statemachine.arn import Home
from statemachine.config import Settings
from statemachine.engine.host import Host
from statemachine.registry.activities import Activities as ActivityRegistry
from statemachine.registry.machines import Machines
from statemachine.service.activities import Activities
from statemachine.service.answers import Answers
from statemachine.service.executions import Executions
from statemachine.service.state_machines import StateMachines
from statemachine.service.validations import Validations


class Service:
    """One object per resource, each with its verbs."""

    def __init__(
        self,
        host: Host,
        machines: Machines,
        activities: ActivityRegistry,
        settings: Settings,
        clock: Callable[[], float],
    ) -> None:
        home = Home(settings.account, settings.region)
        self.state_machines = StateMachines(host, machines, home, settings, clock)
        self.executions = Executions(host, self.state_machines, machines, home, clock)
        self.activities = Activities(host, activities, home, settings, clock)
        self.answers = Answers(host)
        self.validations = Validations()
