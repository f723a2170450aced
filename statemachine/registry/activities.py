"""Activities by name."""

from __future__ import annotations

import msgspec

from statemachine.arn import split_arn
from statemachine.checkpoint import keys
from statemachine.registry.catalog import Catalog


class Activity(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A registered activity; `created` is in epoch seconds."""

    name: str
    arn: str
    created: float
    tags: dict[str, str] = {}


class ActivityCatalog(Catalog[Activity]):
    """All activities. `in` tells whether an ARN is that of one of them."""

    def __init__(self) -> None:
        super().__init__(Activity, keys.ACTIVITIES)

    def __contains__(self, arn: object) -> bool:
        split = split_arn(arn) if isinstance(arn, str) else None
        return split is not None and not split.qualifier and self.find(split) is not None
