"""All verbs together, as the action table finds them. Must not know an API, nor a host but by its interface."""

from __future__ import annotations

from collections.abc import Callable

from statemachine.arn import Home
from statemachine.config import Settings
from statemachine.host import Host
from statemachine.registry.activities import ActivityCatalog
from statemachine.registry.machines import MachineCatalog
from statemachine.service.activities import Activities
from statemachine.service.executions.describe import ExecutionDescriptions
from statemachine.service.executions.history import ExecutionHistories
from statemachine.service.executions.logs import ExecutionLogs
from statemachine.service.executions.progress import Progress
from statemachine.service.executions.start import ExecutionStarts
from statemachine.service.executions.stop import ExecutionStops
from statemachine.service.jobs import Jobs
from statemachine.service.large_definitions import DefinitionChecks
from statemachine.service.state_machines.delete import StateMachineDeletions
from statemachine.service.state_machines.describe import StateMachineDescriptions
from statemachine.service.state_machines.register import StateMachines
from statemachine.service.state_machines.revisions import Revisions
from statemachine.service.system import System
from statemachine.service.tags import Tags
from statemachine.service.tasks.callbacks import TaskCallbacks
from statemachine.service.tasks.open_tasks import OpenTasks
from statemachine.service.tasks.waiting import WaitingTasks
from statemachine.service.validations import Validations
from statemachine.tasks.registered import RegisteredNames


class Service:
    """One object for each group of verbs."""

    def __init__(
        self,
        host: Host,
        machines: MachineCatalog,
        activities: ActivityCatalog,
        settings: Settings,
        *,
        clock: Callable[[], float],
        registered: RegisteredNames,
    ) -> None:
        home = Home(settings.account, settings.region)
        self.host = host
        self.home = home
        checks = DefinitionChecks()
        self.state_machines = StateMachines(host, machines, home, settings, checks, clock=clock, registered=registered)
        self.state_machine_descriptions = StateMachineDescriptions(host, machines, clock)
        self.state_machine_deletions = StateMachineDeletions(host, machines)
        self.revisions = Revisions(host, machines, clock)
        self.starts = ExecutionStarts(host, machines, home, open_max=settings.open_executions_max, clock=clock)
        self.stops = ExecutionStops(host)
        self.executions = ExecutionDescriptions(host, machines, clock)
        self.histories = ExecutionHistories(host, clock)
        self.logs = ExecutionLogs(host, clock)
        self.progress = Progress(host, settings.pollers_max)
        self.activities = Activities(host, activities, home, settings, clock)
        self.tags = Tags(host, machines, activities)
        self.task_callbacks = TaskCallbacks(host)
        self.open_tasks = OpenTasks(host, clock)
        self.waiting_tasks = WaitingTasks(host, home, clock)
        self.system = System(host, settings, clock)
        self.validations = Validations(checks, registered)
        self.jobs = Jobs(host, self.state_machines, self.starts, machines, home, clock=clock, registered=registered)
