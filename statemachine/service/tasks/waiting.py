"""Lists of the tasks that wait. Must not show a token: it is the right to end the task."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from statemachine.arn import Home
from statemachine.core.ids import machine_of, name_of
from statemachine.core.resource import parse_resource
from statemachine.host import Host
from statemachine.reads.waiting_tasks import StoredWait, WaitingTask, is_position, task_page
from statemachine.service.answer import Answer
from statemachine.service.paging import invalid_token, make_page_token, page_size, read_page_token
from statemachine.times.timestamps import Timestamp

WaitingFor = Literal["WORKER", "RESULT", "CALLBACK"]


class ListedTask(Answer, frozen=True, kw_only=True):
    """One task; `attempt` counts from 1.

    `waiting_for` is WORKER until a worker takes an activity task, RESULT while a worker or a function performs the
    task, and CALLBACK while it waits for a task callback.
    """

    execution_arn: str
    machine: str
    execution: str
    state: str
    resource: str
    waiting_for: WaitingFor
    attempt: int
    scheduled_date: Timestamp
    age_seconds: float
    timeout_date: Timestamp | None = None
    heartbeat_date: Timestamp | None = None


class WaitingTaskPage(Answer, frozen=True, kw_only=True):
    """A page of tasks."""

    tasks: list[ListedTask]
    next_token: str | None = None


class WaitingTasks:
    """The verb on waiting tasks."""

    def __init__(self, host: Host, home: Home, clock: Callable[[], float]) -> None:
        self._host = host
        self._home = home
        self._clock = clock

    async def list_page(self, *, max_results: int | None = None, next_token: str | None = None) -> WaitingTaskPage:
        """Activity tasks, oldest first for each activity, then those of functions, then those that wait for their
        token. A page may be short, even empty, and have a token."""
        now = self._clock()
        position = read_page_token(next_token, ("tasks",), now)
        if not is_position(position):
            raise invalid_token()
        page = await self._host.survey(task_page, position, page_size(max_results))
        return WaitingTaskPage(
            tasks=[self._listed(task, now) for task in page.tasks],
            next_token=make_page_token(page.next_position, ("tasks",), now),
        )

    def _listed(self, task: WaitingTask, now: float) -> ListedTask:
        waiting = task.waiting
        machine, name = machine_of(task.id), name_of(task.id)
        return ListedTask(
            execution_arn=self._home.execution(machine, name),
            machine=machine,
            execution=name,
            state=task.state,
            resource=waiting.resource,
            waiting_for=_waiting_for(waiting),
            attempt=task.attempt,
            scheduled_date=Timestamp(waiting.scheduled),
            age_seconds=max(round(now - waiting.scheduled, 3), 0.0),
            timeout_date=None if waiting.timeout_at is None else Timestamp(waiting.timeout_at),
            heartbeat_date=None if waiting.heartbeat_at is None else Timestamp(waiting.heartbeat_at),
        )


def _waiting_for(waiting: StoredWait) -> WaitingFor:
    if waiting.submitted:
        return "CALLBACK"
    is_activity = parse_resource(waiting.resource).family == "Activity"
    return "WORKER" if is_activity and not waiting.taken else "RESULT"
