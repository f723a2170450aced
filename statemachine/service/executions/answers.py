"""The answers of the verbs on executions. Names and shapes are AWS's if AWS has them. Must not know a verb."""

from __future__ import annotations

from statemachine.json_text import JsonText
from statemachine.service.answer import Answer
from statemachine.times.timestamps import Timestamp


class StartedExecution(Answer, frozen=True, kw_only=True):
    """The answer of StartExecution."""

    execution_arn: str
    start_date: Timestamp


class KeyedExecution(StartedExecution, frozen=True, kw_only=True):
    """A start with an idempotency key; `is_new` says that this request started the execution."""

    is_new: bool


class StoppedExecution(Answer, frozen=True, kw_only=True):
    """The answer of StopExecution."""

    stop_date: Timestamp


class Included(Answer, frozen=True, kw_only=True):
    """Whether a payload is in the answer."""

    included: bool


class ExecutionDescription(Answer, frozen=True, kw_only=True):
    """The answer of DescribeExecution."""

    execution_arn: str
    state_machine_arn: str
    name: str
    status: str
    start_date: Timestamp
    redrive_count: int
    redrive_status: str
    redrive_status_reason: str | None = None
    input: JsonText | None = None
    input_details: Included | None = None
    output: JsonText | None = None
    output_details: Included | None = None
    stop_date: Timestamp | None = None
    error: str | None = None
    cause: str | None = None
    trace_header: str | None = None


class ExecutionWithStart(ExecutionDescription, frozen=True, kw_only=True):
    """An execution with when it begins. Ours: AWS has none of these members.

    `start_at` and `priority` are those of the request; `queue_place` is 1 for the next execution of the queue.
    """

    start_at: Timestamp | None = None
    priority: int | None = None
    queue_place: int | None = None


class ListedExecution(Answer, frozen=True, kw_only=True):
    """One execution of a list."""

    execution_arn: str
    state_machine_arn: str
    name: str
    status: str
    start_date: Timestamp
    redrive_count: int
    stop_date: Timestamp | None = None


class ExecutionPage(Answer, frozen=True, kw_only=True):
    """The answer of ListExecutions."""

    executions: list[ListedExecution]
    next_token: str | None = None


class FilteredExecution(ListedExecution, frozen=True, kw_only=True):
    """One execution of a list across state machines; `machine` is its state machine's name."""

    machine: str


class FilteredPage(Answer, frozen=True, kw_only=True):
    """A page of executions across state machines."""

    executions: list[FilteredExecution]
    next_token: str | None = None


class StateNumbers(Answer, frozen=True, kw_only=True):
    """The numbers of one state, all its branches and iterations taken together."""

    entered: int
    left: int
    running: int
    attempts: int
    retries: int
    failures: int


class MapNumbers(StateNumbers, frozen=True, kw_only=True):
    """The numbers of a Map: `iterations` have begun of so many `items`."""

    items: int
    iterations: int
    succeeded: int
    failed: int
    aborted: int


class ExecutionProgress(Answer, frozen=True, kw_only=True):
    """How far an execution is. `since` is the id of the latest history event that is counted in it; `states` are the
    states that have changed after the `since` of the request, by name."""

    status: str
    since: int
    states: dict[str, StateNumbers]
    stop_date: Timestamp | None = None
    error: str | None = None
    cause: str | None = None
