"""Activities: create, describe, delete, list, and the long poll of their workers. Must not know a task's kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from statemachine.arn import Home, parse_arn
from statemachine.config import Settings
from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.registry.activities import Activity, ActivityCatalog
from statemachine.service.answer import EMPTY, Answer, Empty
from statemachine.service.configurations import OWN_KEY, read_encryption
from statemachine.service.limits import limit_reached
from statemachine.service.names import check_name
from statemachine.service.paging import cut_page, make_page_token, page_size, read_page_token
from statemachine.service.tags import GivenTags, read_tags
from statemachine.times.timestamps import Timestamp


class CreatedActivity(Answer, frozen=True, kw_only=True):
    """The answer of CreateActivity."""

    activity_arn: str
    creation_date: Timestamp


class ListedActivity(CreatedActivity, frozen=True, kw_only=True):
    """One activity of a list."""

    name: str


class ActivityDescription(ListedActivity, frozen=True, kw_only=True):
    """The answer of DescribeActivity."""

    encryption_configuration: dict[str, Any]


class ActivityPage(Answer, frozen=True, kw_only=True):
    """The answer of ListActivities."""

    activities: list[ListedActivity]
    next_token: str | None = None


class PolledTask(Answer, frozen=True, kw_only=True):
    """The answer of GetActivityTask; without members if no task came. `input` is JSON text."""

    task_token: str | None = None
    input: str | None = None


class Activities:
    """The verbs on activities. Changes are made one after the other."""

    def __init__(
        self, host: Host, catalog: ActivityCatalog, home: Home, settings: Settings, clock: Callable[[], float]
    ) -> None:
        self._host = host
        self._catalog = catalog
        self._home = home
        self._settings = settings
        self._clock = clock
        self._polling = 0

    async def create(
        self, *, name: str, tags: GivenTags | None = None, encryption_configuration: dict[str, Any] | None = None
    ) -> CreatedActivity:
        """Register an activity. Creating it again gives the one that is there."""
        check_name(name)
        kept_tags = read_tags(tags, name)
        read_encryption(encryption_configuration)
        async with self._catalog.changing:
            activity = self._catalog.get(name)
            if activity is None:
                most = self._settings.activities_max
                if len(self._catalog) >= most:
                    raise limit_reached("ActivityLimitExceeded", "activities_max", most)
                activity = Activity(
                    name=name,
                    arn=self._home.activity(name),
                    created=self._clock(),
                    tags=kept_tags,
                )
                await self._catalog.put(self._host, activity)
        return CreatedActivity(activity_arn=activity.arn, creation_date=Timestamp(activity.created))

    async def describe(self, *, activity_arn: str) -> ActivityDescription:
        """An activity. Raises ServiceError ActivityDoesNotExist."""
        activity = self._find(activity_arn)
        return ActivityDescription(
            activity_arn=activity.arn,
            name=activity.name,
            creation_date=Timestamp(activity.created),
            encryption_configuration=OWN_KEY,
        )

    async def delete(self, *, activity_arn: str, must_exist: bool = False) -> Empty:
        """Delete an activity. Deleting one that does not exist does nothing, as AWS's action; with `must_exist`, which
        is ours, it raises ServiceError ActivityDoesNotExist."""
        arn = parse_arn(activity_arn, "activity")
        async with self._catalog.changing:
            if must_exist:
                self._find(activity_arn)
            if activity_arn in self._catalog:
                await self._catalog.remove(self._host, arn.name)
        return EMPTY

    async def list_page(self, *, max_results: int | None = None, next_token: str | None = None) -> ActivityPage:
        """Activities by name, a page at a time."""
        wanted = ("ListActivities",)
        position = read_page_token(next_token, wanted, self._clock())
        size = page_size(max_results)
        shown, last = cut_page(self._catalog.page(position, size + 1), size, lambda one: one.name)
        return ActivityPage(
            activities=[
                ListedActivity(activity_arn=one.arn, name=one.name, creation_date=Timestamp(one.created))
                for one in shown
            ],
            next_token=make_page_token(last, wanted, self._clock()),
        )

    async def poll(self, *, activity_arn: str, worker_name: str | None = None) -> PolledTask:
        """The next task of an activity; an empty answer if none came while the request was held."""
        self._find(activity_arn)
        if self._polling >= self._settings.pollers_max:
            raise limit_reached("ActivityWorkerLimitExceeded", "pollers_max", self._settings.pollers_max)
        self._polling += 1
        try:
            task = await self._host.poll_activity(activity_arn, worker_name, self._settings.poll_seconds)
        finally:
            self._polling -= 1
        return PolledTask() if task is None else PolledTask(task_token=task.token, input=task.input)

    def _find(self, activity_arn: str) -> Activity:
        activity = self._catalog.find(parse_arn(activity_arn, "activity"))
        if activity is None or activity.arn != activity_arn:
            raise ServiceError("ActivityDoesNotExist", f"Activity Does Not Exist: '{activity_arn}'")
        return activity
