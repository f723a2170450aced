"""The tags of a resource, as they are kept. Must not know what is tagged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def tags_by_key(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """The values of AWS's list of tags by their keys. A tag without a key is left out."""
    return {tag["key"]: tag.get("value") or "" for tag in tags or () if tag.get("key")}
