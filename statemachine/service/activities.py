"""Activities: create, describe, delete, list, and the long poll of their workers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from statemachine.arn import Home, parse_arn
from statemachine.checkpoint import keys
from statemachine.config import Settings
from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.registry.activities import Activities as Registry
from statemachine.registry.activities import Activity
from statemachine.service.names import check_name
from statemachine.service.paging import make_token, page_size, read_token
from statemachine.service.state_machines import OWN_KEY


class Activities:
    """The verbs on activities. Changes are made one after the other."""

    def __init__(
        self, host: Host, registry: Registry, home: Home, settings: Settings, clock: Callable[[], float]
    ) -> None:
        self._host = host
        self._registry = registry
        self._home = home
        self._settings = settings
        self._clock = clock
        self._changing = asyncio.Lock()
        self._polling = 0

    async def create(self, *, name: str, tags: list[dict[str, str]] | None = None) -> dict[str, Any]:
        """Register an activity; creating it again gives the one that is there."""
        check_name(name)
        async with self._changing:
            activity = self._registry.by_name.get(name)
            if activity is None:
                if len(self._registry.by_name) >= self._settings.activities_max:
                    raise ServiceError("ActivityLimitExceeded", "Activity Limit Exceeded")
                activity = Activity(
                    name=name,
                    arn=self._home.activity(name),
                    created=self._clock(),
                    tags={tag["key"]: tag.get("value", "") for tag in tags or ()},
                )
                await self._host.write(self._registry.rows(activity))
                self._registry.by_name[name] = activity
        return {"activityArn": activity.arn, "creationDate": activity.created}

    async def describe(self, *, activity_arn: str) -> dict[str, Any]:
        """An activity."""
        activity = self._find(activity_arn)
        return {
            "activityArn": activity.arn,
            "name": activity.name,
            "creationDate": activity.created,
            "encryptionConfiguration": OWN_KEY,
        }

    async def delete(self, *, activity_arn: str) -> dict[str, Any]:
        """Delete an activity; one that does not exist is deleted."""
        arn = parse_arn(activity_arn, "activity")
        async with self._changing:
            if activity_arn in self._registry:
                await self._host.write({keys.activity(arn.name): None})
                self._registry.by_name.pop(arn.name, None)
        return {}

    async def list_page(self, *, max_results: int | None = None, next_token: str | None = None) -> dict[str, Any]:
        """Activities by name, a page at a time."""
        question = ("ListActivities", max_results)
        position = read_token(next_token, question, self._clock())
        names = sorted(name for name in self._registry.by_name if name > position)
        size = page_size(max_results)
        page: dict[str, Any] = {
            "activities": [
                {"activityArn": activity.arn, "name": activity.name, "creationDate": activity.created}
                for activity in (self._registry.by_name[name] for name in names[:size])
            ]
        }
        if len(names) > size:
            page["nextToken"] = make_token(names[size - 1], question, self._clock())
        return page

    async def poll(self, *, activity_arn: str, worker_name: str | None = None) -> dict[str, Any]:
        """The next task of an activity; empty when none came while the request was held."""
        self._find(activity_arn)
        if self._polling >= self._settings.pollers_max:
            raise ServiceError(
                "ActivityWorkerLimitExceeded", "The maximum number of workers polling for activity tasks is reached"
            )
        self._polling += 1
        try:
            task = await self._host.poll_activity(activity_arn, worker_name, self._settings.poll_seconds)
        finally:
            self._polling -= 1
        return {} if task is None else {"taskToken": task.token, "input": task.input}

    def _find(self, activity_arn: str) -> Activity:
        arn = parse_arn(activity_arn, "activity")
        activity = self._registry.by_name.get(arn.name)
        if activity is None or activity.arn != activity_arn:
            raise ServiceError("ActivityDoesNotExist", f"Activity Does Not Exist: '{activity_arn}'")
        return activity
