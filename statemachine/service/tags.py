"""The tags of a resource, as they are kept. Must not know what is tagged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from statemachine.errors import ServiceError


def tags_by_key(tags: Iterable[Mapping[str, str | None] | None] | None) -> dict[str, str]:
    """The values of AWS's list of tags by their keys. Raises ServiceError ValidationException if a tag has no key."""
    values = {}
    for index, tag in enumerate(tags or ()):
        key = tag.get("key") if tag else None
        if not tag or not key:
            raise ServiceError("ValidationException", f"'tags[{index}]' must have a key", pointer=f"/tags/{index}")
        values[key] = tag.get("value") or ""
    return values
