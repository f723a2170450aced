"""The history of an execution, a page at a time, in either order."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from statemachine.host import Host
from statemachine.reads.history import history_page
from statemachine.service.executions.find import find_execution
from statemachine.service.executions.history_event import AwsHistoryEvent, HistoryPage, aws_history_event
from statemachine.service.paging import make_page_token, page_size, read_page_number
from statemachine.store.interface import Readable


class ExecutionHistories:
    """The verb that reads histories."""

    def __init__(self, host: Host, clock: Callable[[], float]) -> None:
        self._host = host
        self._clock = clock

    async def history(
        self,
        *,
        execution_arn: str,
        max_results: int | None = None,
        reverse_order: bool = False,
        next_token: str | None = None,
        include_execution_data: bool = True,
    ) -> HistoryPage:
        """The history events of an execution. Raises ServiceError ExecutionDoesNotExist."""
        execution = await find_execution(self._host, execution_arn)
        question = ("GetExecutionHistory", execution.arn, reverse_order)
        position = read_page_number(next_token, question, self._clock())
        page = await self._host.survey(
            _page,
            execution.id,
            position,
            page_size(max_results),
            reverse=reverse_order,
            payloads=include_execution_data,
        )
        more = make_page_token(str(page.events[-1].id), question, self._clock()) if page.has_more else None
        return HistoryPage(events=page.events, next_token=more)


class _Page(NamedTuple):
    events: list[AwsHistoryEvent]
    has_more: bool


def _page(rows: Readable, id: str, after: int | None, size: int, *, reverse: bool, payloads: bool) -> _Page:
    """A look that gives the events in AWS's shape: shaping a thousand of them takes too long for the event loop."""
    events, has_more = history_page(rows, id, after, size, reverse=reverse, payloads=payloads)
    return _Page([aws_history_event(event, payloads=payloads) for event in events], has_more)
