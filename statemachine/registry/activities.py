"""Activities by name. Changes are made durable by the caller first, then told to this image."""

from __future__ import annotations

import msgspec

from statemachine.checkpoint import keys
from statemachine.store.base import Store


class Activity(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A registered activity."""

    name: str
    arn: str
    created: float
    tags: dict[str, str] = {}


class Activities:
    """All activities; `in` tells whether an ARN is one of them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.by_name: dict[str, Activity] = {}

    def load(self) -> None:
        """Read all activities from the store."""
        decoder = msgspec.json.Decoder(Activity)
        after = ""
        while rows := self._store.scan(keys.ACTIVITIES, after=after, limit=1000):
            for _, row in rows:
                activity = decoder.decode(row)
                self.by_name[activity.name] = activity
            after = rows[-1][0]

    def __contains__(self, arn: object) -> bool:
        name = arn.rpartition(":")[2] if isinstance(arn, str) else ""
        activity = self.by_name.get(name)
        return activity is not None and activity.arn == arn

    def rows(self, activity: Activity) -> dict[str, bytes | None]:
        """The row of a new activity."""
        return {keys.activity(activity.name): msgspec.json.encode(activity)}
