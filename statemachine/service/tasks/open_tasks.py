"""The tasks of one execution that can be answered, with their inputs and tokens. Must not know an API.

A token is the right to end its task, so the permission is that of SendTaskSuccess. Ours: AWS shows a token only to the
worker that takes the task.
"""

from __future__ import annotations

from collections.abc import Callable

from statemachine.core.token import make_task_token
from statemachine.host import Host
from statemachine.json_text import JsonText
from statemachine.reads.open_tasks import open_tasks, position
from statemachine.service.answer import Answer
from statemachine.service.executions.find import find_execution
from statemachine.service.paging import make_page_token, page_size, read_page_token
from statemachine.times.timestamps import Timestamp


class OpenTask(Answer, frozen=True, kw_only=True):
    """A task that waits for its result. `scope` is the path of the branch or iteration, empty at the top."""

    state: str
    scope: str
    attempt: int
    resource: str
    input: JsonText
    task_token: str
    scheduled_date: Timestamp


class OpenTaskPage(Answer, frozen=True, kw_only=True):
    """A page of the tasks of an execution that can be answered, in the order of their scopes."""

    tasks: list[OpenTask]
    next_token: str | None = None


class OpenTasks:
    """The verb on the open tasks of an execution."""

    def __init__(self, host: Host, clock: Callable[[], float]) -> None:
        self._host = host
        self._clock = clock

    async def list_open(
        self, *, execution_arn: str, max_results: int | None = None, next_token: str | None = None
    ) -> OpenTaskPage:
        """Activity tasks that a worker has taken, and tasks that wait for a callback. Raises ServiceError
        ExecutionDoesNotExist."""
        execution = await find_execution(self._host, execution_arn)
        wanted = ("ListOpenTasks", execution.arn)
        after = read_page_token(next_token, wanted, self._clock())
        found, has_more = await self._host.survey(open_tasks, execution.id, after, page_size(max_results))
        return OpenTaskPage(
            tasks=[
                OpenTask(
                    state=task.state,
                    scope=task.path,
                    attempt=task.retries + 1,
                    resource=task.waiting.resource,
                    input=JsonText(task.waiting.arguments.text),
                    task_token=make_task_token(execution.id, execution.seed, task.path, task.waiting.attempt),
                    scheduled_date=Timestamp(task.waiting.scheduled),
                )
                for task in found
            ],
            next_token=make_page_token(position(found[-1].path) if has_more else None, wanted, self._clock()),
        )
