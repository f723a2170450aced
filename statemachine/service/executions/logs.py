"""What the tasks of an execution have printed, a page at a time. Must not know an API.

Ours: AWS leaves this to CloudWatch Logs.
"""

from __future__ import annotations

from collections.abc import Callable

from statemachine.host import Host
from statemachine.reads.logs import logs_page
from statemachine.service.answer import Answer
from statemachine.service.executions.find import find_execution
from statemachine.service.paging import make_page_token, page_size, read_page_token
from statemachine.times.timestamps import Timestamp


class AttemptLog(Answer, frozen=True, kw_only=True):
    """What one attempt has printed.

    `attempt` counts from 1 since its state was entered. `event_id` is that of the first history event of its end, at
    `timestamp`. `scope` is the path of the branch or iteration, empty at the top. `text` is the end of what was
    printed, and `cut_bytes` tells how many bytes before it were not kept.
    """

    state: str
    scope: str
    attempt: int
    event_id: int
    timestamp: Timestamp
    text: str
    cut_bytes: int


class LogPage(Answer, frozen=True, kw_only=True):
    """A page of logs, in the order in which the attempts ended."""

    logs: list[AttemptLog]
    next_token: str | None = None


class ExecutionLogs:
    """The verb that reads logs."""

    def __init__(self, host: Host, clock: Callable[[], float]) -> None:
        self._host = host
        self._clock = clock

    async def list_page(
        self, *, execution_arn: str, max_results: int | None = None, next_token: str | None = None
    ) -> LogPage:
        """The logs of the attempts that have ended and printed something. Raises ServiceError ExecutionDoesNotExist."""
        execution = await find_execution(self._host, execution_arn)
        wanted = ("ListExecutionLogs", execution.arn)
        after = read_page_token(next_token, wanted, self._clock())
        found, has_more = await self._host.survey(logs_page, execution.id, after, page_size(max_results))
        return LogPage(
            logs=[
                AttemptLog(
                    state=row.state,
                    scope=row.path,
                    attempt=row.attempt,
                    event_id=row.event,
                    timestamp=Timestamp(row.time),
                    text=row.text,
                    cut_bytes=row.cut,
                )
                for _, row in found
            ],
            next_token=make_page_token(found[-1][0] if has_more else None, wanted, self._clock()),
        )
