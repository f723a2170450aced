"""The table of actions: everything that a caller can ask of the server.

Both APIs, the command line's own runs and the background go through `Actions.call`. So limits are checked once, and a
rule that is added here holds for all of them. A new action is a verb, a request in one of the request schemas and a
line in this table. Must not know HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any, Generic, TypeVar

from statemachine.errors import ServiceError
from statemachine.service import activities, jobs, system, tags, validations
from statemachine.service.answer import Empty
from statemachine.service.executions import answers as executions
from statemachine.service.executions.history_event import HistoryPage
from statemachine.service.executions.logs import LogPage
from statemachine.service.requests import check_request, members_of
from statemachine.service.service import Service
from statemachine.service.state_machines import answers as machines
from statemachine.service.tasks.open_tasks import OpenTaskPage
from statemachine.service.tasks.waiting import WaitingTaskPage

A = TypeVar("A")
Verb = Callable[..., Awaitable[A]]


@dataclass(frozen=True, slots=True)
class Action(Generic[A]):
    """One action; its name is AWS's if AWS has the action, and that of its request in the request schemas.

    `verb` finds the method in the service, and `answer` is the type of what the method gives back. `permission` names
    the right that the caller needs; nothing enforces it yet. `is_aws` says that AWS has the action. A
    `cancellable` action may wait or read for long: it is cancelled if its client goes away. A `large` answer is
    rendered off the event loop.
    """

    name: str
    verb: Callable[[Service], Verb[A]]
    answer: type[A]
    permission: str
    is_aws: bool = False
    cancellable: bool = False
    large: bool = False


def _aws(
    name: str, verb: Callable[[Service], Verb[A]], answer: type[A], *, cancellable: bool = False, large: bool = False
) -> Action[A]:
    """An AWS action; its permission has its name."""
    return Action(name, verb, answer, f"states:{name}", True, cancellable, large)


CREATE_STATE_MACHINE = _aws("CreateStateMachine", lambda s: s.state_machines.create, machines.CreatedStateMachine)
REGISTER_STATE_MACHINE = Action(
    "RegisterStateMachine",
    lambda s: s.state_machines.register,
    machines.RegisteredStateMachine,
    "states:CreateStateMachine",
)
UPDATE_STATE_MACHINE = _aws("UpdateStateMachine", lambda s: s.state_machines.update, machines.UpdatedStateMachine)
DELETE_STATE_MACHINE = _aws("DeleteStateMachine", lambda s: s.state_machine_deletions.delete, Empty)
DESCRIBE_STATE_MACHINE = _aws(
    "DescribeStateMachine", lambda s: s.state_machine_descriptions.describe, machines.StateMachineDescription
)
DESCRIBE_STATE_MACHINE_FOR_EXECUTION = _aws(
    "DescribeStateMachineForExecution",
    lambda s: s.state_machine_descriptions.describe_for_execution,
    machines.StateMachineForExecution,
)
LIST_STATE_MACHINES = _aws(
    "ListStateMachines", lambda s: s.state_machine_descriptions.list_page, machines.StateMachinePage
)
DESCRIBE_REVISION = Action(
    "DescribeRevision", lambda s: s.revisions.describe, machines.RevisionDescription, "states:DescribeStateMachine"
)
LIST_EXECUTION_LOGS = Action(
    "ListExecutionLogs",
    lambda s: s.logs.list_page,
    LogPage,
    "states:GetExecutionHistory",
    cancellable=True,
    large=True,
)
LIST_REVISIONS = Action(
    "ListRevisions", lambda s: s.revisions.list_page, machines.RevisionPage, "states:DescribeStateMachine"
)
VALIDATE_STATE_MACHINE_DEFINITION = _aws(
    "ValidateStateMachineDefinition", lambda s: s.validations.validate, validations.Validation
)
VALIDATE_WITH_ADVICE = Action(
    "ValidateWithAdvice",
    lambda s: s.validations.validate_with_advice,
    validations.Validation,
    "states:ValidateStateMachineDefinition",
)

START_EXECUTION = _aws("StartExecution", lambda s: s.starts.start, executions.StartedExecution)
START_EXECUTION_WITH_KEY = Action(
    "StartExecutionWithKey",
    lambda s: s.starts.start_with_key,
    executions.KeyedExecution,
    "states:StartExecution",
)
STOP_EXECUTION = _aws("StopExecution", lambda s: s.stops.stop, executions.StoppedExecution)
DESCRIBE_EXECUTION = _aws("DescribeExecution", lambda s: s.executions.describe, executions.ExecutionDescription)
DESCRIBE_EXECUTION_WITH_START = Action(
    "DescribeExecutionWithStart",
    lambda s: s.executions.describe_with_start,
    executions.ExecutionWithStart,
    "states:DescribeExecution",
)
DESCRIBE_EXECUTION_UPDATES = Action(
    "DescribeExecutionUpdates", lambda s: s.progress.updates, executions.ExecutionProgress, "states:DescribeExecution"
)
AWAIT_EXECUTION_UPDATES = Action(
    "AwaitExecutionUpdates",
    lambda s: s.progress.wait,
    executions.ExecutionProgress,
    "states:DescribeExecution",
    cancellable=True,
)
GET_EXECUTION_HISTORY = _aws(
    "GetExecutionHistory", lambda s: s.histories.history, HistoryPage, cancellable=True, large=True
)
LIST_EXECUTIONS = _aws("ListExecutions", lambda s: s.executions.list_page, executions.ExecutionPage, cancellable=True)
LIST_FILTERED_EXECUTIONS = Action(
    "ListFilteredExecutions",
    lambda s: s.executions.list_filtered,
    executions.FilteredPage,
    "states:ListExecutions",
    cancellable=True,
)

LIST_TAGS_FOR_RESOURCE = _aws("ListTagsForResource", lambda s: s.tags.list_tags, tags.TagList)
TAG_RESOURCE = _aws("TagResource", lambda s: s.tags.add, Empty)
UNTAG_RESOURCE = _aws("UntagResource", lambda s: s.tags.remove, Empty)

CREATE_ACTIVITY = _aws("CreateActivity", lambda s: s.activities.create, activities.CreatedActivity)
DELETE_ACTIVITY = _aws("DeleteActivity", lambda s: s.activities.delete, Empty)
DESCRIBE_ACTIVITY = _aws("DescribeActivity", lambda s: s.activities.describe, activities.ActivityDescription)
LIST_ACTIVITIES = _aws("ListActivities", lambda s: s.activities.list_page, activities.ActivityPage)
GET_ACTIVITY_TASK = _aws("GetActivityTask", lambda s: s.activities.poll, activities.PolledTask, cancellable=True)
SEND_TASK_SUCCESS = _aws("SendTaskSuccess", lambda s: s.task_callbacks.succeed, Empty)
SEND_TASK_FAILURE = _aws("SendTaskFailure", lambda s: s.task_callbacks.fail, Empty)
SEND_TASK_HEARTBEAT = _aws("SendTaskHeartbeat", lambda s: s.task_callbacks.heartbeat, Empty)
LIST_TASKS = Action(
    "ListTasks", lambda s: s.waiting_tasks.list_page, WaitingTaskPage, "statemachine:ListTasks", cancellable=True
)
LIST_OPEN_TASKS = Action(
    "ListOpenTasks",
    lambda s: s.open_tasks.list_open,
    OpenTaskPage,
    "states:SendTaskSuccess",
    cancellable=True,
    large=True,
)

REGISTER_JOB = Action("RegisterJob", lambda s: s.jobs.register, jobs.RegisteredJob, "states:CreateStateMachine")
DESCRIBE_JOB = Action("DescribeJob", lambda s: s.jobs.describe, jobs.JobDescription, "states:DescribeStateMachine")
LIST_JOBS = Action("ListJobs", lambda s: s.jobs.list_page, jobs.JobPage, "states:ListStateMachines", cancellable=True)
EXECUTE_JOB = Action("ExecuteJob", lambda s: s.jobs.execute, jobs.StartedJob, "states:StartExecution")
DESCRIBE_JOB_STATE = Action(
    "DescribeJobState", lambda s: s.jobs.state, jobs.JobExecutionState, "states:DescribeExecution", cancellable=True
)
DESCRIBE_SERVER = Action(
    "DescribeServer",
    lambda s: s.system.describe,
    system.ServerDescription,
    "statemachine:DescribeServer",
    cancellable=True,
)

NEUTRAL: tuple[Any, ...] = (None, False, "", [], {})
"""The values of a member that ask for nothing."""

ACTIONS: dict[str, Action[Any]] = {
    action.name: action for action in list(globals().values()) if isinstance(action, Action)
}
"""All actions of this module by name."""


class Actions:
    """The actions of one server. Members have the names of AWS's requests, in camel case; those of ours likewise."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._bound = {name: _BoundAction(action, service) for name, action in ACTIONS.items()}

    @property
    def draining(self) -> bool:
        """Does the server take no new work?"""
        return self._service.host.draining

    def aws_action(self, name: str) -> Action[Any] | None:
        """The AWS action of that name, None if this server does not have it."""
        action = ACTIONS.get(name)
        return action if action is not None and action.is_aws else None

    async def call(self, action: Action[A], /, **members: Any) -> A:
        """Perform an action. A member that is None counts as left out.

        Raises ServiceError, also for a member of AWS's request that the verb does not read, unless its value is
        NEUTRAL; NotDurable or Unavailable; and TypeError for a member that the action does not have.
        """
        answer: A = await self._bound[action.name].call(members)
        return answer


class _BoundAction:
    """An action with the verb of one service."""

    def __init__(self, action: Action[Any], service: Service) -> None:
        self._name = action.name
        self._verb = action.verb(service)
        self._parameters = {wire_name(name): name for name in signature(self._verb).parameters}
        self._members = members_of(action.name) | self._parameters.keys()

    async def call(self, members: Mapping[str, Any]) -> Any:
        unknown = members.keys() - self._members
        if unknown:
            raise TypeError(f"{self._name} has no member {', '.join(sorted(unknown))}")
        check_request(self._name, members)
        parameters = self._parameters
        for name in members.keys() - parameters.keys():
            if members[name] not in NEUTRAL:
                text = f"This server does not support '{name}' of {self._name} yet: leave it out"
                raise ServiceError("ValidationException", text, pointer=f"/{name}")
        return await self._verb(
            **{parameters[name]: value for name, value in members.items() if value is not None and name in parameters}
        )


def wire_name(name: str) -> str:
    """The name that a parameter of a verb has in requests: `state_machine_arn` is stateMachineArn."""
    return re.sub(r"_(.)", lambda letter: letter[1].upper(), name)
