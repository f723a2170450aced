"""All verbs together, as the doors get them."""

from __future__ import annotations

from collections.abc import Callable

from statemachine.arn import Home
from statemachine.config import Settings
from statemachine.host import Host
from statemachine.registry.activities import Activities as ActivityRegistry
from statemachine.registry.machines import Machines
from statemachine.service.activities import Activities
from statemachine.service.answers import Answers
from statemachine.service.executions import Executions
from statemachine.service.jobs import Jobs
from statemachine.service.keyed_starts import KeyedStarts
from statemachine.service.listings import Listings
from statemachine.service.progress import Progress
from statemachine.service.revisions import Revisions
from statemachine.service.state_machines import StateMachines
from statemachine.service.system import System
from statemachine.service.tasks import Tasks
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
        self.revisions = Revisions(self.state_machines, machines, clock)
        self.executions = Executions(
            host, self.state_machines, machines, home, open_max=settings.open_executions_max, clock=clock
        )
        self.keyed_starts = KeyedStarts(host, self.executions, self.state_machines)
        self.listings = Listings(host, clock)
        self.activities = Activities(host, activities, home, settings, clock)
        self.progress = Progress(host, settings.pollers_max)
        self.answers = Answers(host)
        self.tasks = Tasks(host, home, clock)
        self.system = System(host, settings, clock)
        self.validations = Validations()
        self.jobs = Jobs(host, self.state_machines, self.executions, machines, home)
