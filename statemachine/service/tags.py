"""Tags of state machines and activities: how they are judged, listed, added and removed. They belong to no revision.

Must not know what else a resource has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from statemachine.arn import parse_arn
from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.registry.activities import ActivityCatalog
from statemachine.registry.catalog import Catalog
from statemachine.registry.machines import MachineCatalog
from statemachine.service.answer import EMPTY, Answer, Empty

TAGS_MAX = 50
"""AWS's limit for one resource (documentation)."""
_ALLOWED = re.compile(r"[\w\s.:/=+@-]*")

GivenTags = Sequence[Mapping[str, str | None] | None]


class Tag(Answer, frozen=True, kw_only=True):
    """One tag of a list. A tag without a value has the empty one."""

    key: str
    value: str | None = None


class TagList(Answer, frozen=True, kw_only=True):
    """The answer of ListTagsForResource, in the order of the keys."""

    tags: list[Tag]


class Tags:
    """The verbs on tags. `catalogs` has the resources that can have tags, by the type in their ARNs."""

    def __init__(self, host: Host, machines: MachineCatalog, activities: ActivityCatalog) -> None:
        self._host = host
        self._catalogs: dict[str, Catalog[Any]] = {"stateMachine": machines, "activity": activities}

    async def list_tags(self, *, resource_arn: str) -> TagList:
        """The tags of a resource. Raises ServiceError InvalidArn or ResourceNotFound."""
        _, resource = self._find(resource_arn)
        return TagList(tags=[Tag(key=key, value=value) for key, value in sorted(resource.tags.items())])

    async def add(self, *, resource_arn: str, tags: GivenTags) -> Empty:
        """Add tags to a resource, or change their values. Raises ServiceError InvalidArn, ResourceNotFound,
        TooManyTags, AccessDeniedException or ValidationException."""
        given = read_tags(tags, resource_arn)
        catalog, _ = self._find(resource_arn)
        async with catalog.changing:
            _, resource = self._find(resource_arn)
            await self._put(catalog, resource, resource.tags | given)
        return EMPTY

    async def remove(self, *, resource_arn: str, tag_keys: Sequence[str | None]) -> Empty:
        """Remove tags from a resource. A key that it does not have is no error (recorded). Raises ServiceError
        InvalidArn or ResourceNotFound."""
        catalog, _ = self._find(resource_arn)
        async with catalog.changing:
            _, resource = self._find(resource_arn)
            kept = {key: value for key, value in resource.tags.items() if key not in tag_keys}
            await self._put(catalog, resource, kept)
        return EMPTY

    def _find(self, resource_arn: str) -> tuple[Catalog[Any], Any]:
        arn = parse_arn(resource_arn, *self._catalogs)
        catalog = self._catalogs[arn.type]
        resource = catalog.find(arn)
        if resource is None or arn.qualifier:
            text = f"Resource Not Found: '{resource_arn}'"  # Ours: the text
            raise ServiceError("ResourceNotFound", text, resourceName=resource_arn, pointer="/resourceArn")
        return catalog, resource

    async def _put(self, catalog: Catalog[Any], resource: Any, tags: dict[str, str]) -> None:
        _check_number(tags, resource.arn)
        if tags != resource.tags:
            await catalog.put(self._host, msgspec.structs.replace(resource, tags=tags))


def read_tags(tags: GivenTags | None, name: str = "") -> dict[str, str]:
    """The values of the tags of a request by their keys; `name` is that of the resource.

    Raises ServiceError ValidationException for a key that is missing, is there twice or has characters that AWS does
    not allow, AccessDeniedException for a key of AWS's own, and TooManyTags.
    """
    values: dict[str, str] = {}
    for index, tag in enumerate(tags or ()):
        key, value = (tag or {}).get("key"), (tag or {}).get("value") or ""
        if not key:
            raise _wrong(index, "must have a key")
        if key in values:
            raise _wrong(index, f"has the key '{key}' a second time")
        if key.lower().startswith("aws:"):
            message = "Caller is an end user and not allowed to mutate system tags"
            raise ServiceError("AccessDeniedException", message, pointer=f"/tags/{index}/key")
        if not _ALLOWED.fullmatch(key) or not _ALLOWED.fullmatch(value):
            raise _wrong(index, "may contain letters, digits, white space and _ . : / = + - @ only")
        values[key] = value
    _check_number(values, name)
    return values


def _check_number(tags: Mapping[str, str], name: str) -> None:
    if len(tags) > TAGS_MAX:
        text = f"A resource has at most {TAGS_MAX} tags"  # Ours: the text
        raise ServiceError("TooManyTags", text, resourceName=name, pointer="/tags")


def _wrong(index: int, text: str) -> ServiceError:
    """Ours: the text. The rule is the documentation's."""
    return ServiceError("ValidationException", f"'tags[{index}]' {text}", pointer=f"/tags/{index}")
