"""Times for people: durations, and when an execution that is PENDING begins. Must not know a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def duration(seconds: float) -> str:
    """`1.042 s` below a minute, else the two largest units, such as `2 min 5 s` or `3 d 4 h`."""
    if seconds < 60:
        return f"{max(seconds, 0.0):.3f} s"
    whole = int(seconds)
    first = next(number for number, (_, size) in enumerate(_UNITS) if whole >= size)
    parts = []
    for unit, size in _UNITS[first : first + 2]:
        count, whole = divmod(whole, size)
        parts.append(f"{count} {unit}")
    return " ".join(parts)


def epoch(timestamp: str) -> float:
    """ISO 8601 in epoch seconds."""
    return datetime.fromisoformat(timestamp).timestamp()


def pending(described: Mapping[str, Any], now: float) -> str:
    """When an execution that is PENDING begins; `described` is the answer of the REST API."""
    start_at = described.get("startAt")
    if start_at is not None and epoch(start_at) > now:
        return f"starts at {start_at}, in {duration(epoch(start_at) - now)}"
    place = described.get("queuePlace")
    since = f"has waited {duration(now - epoch(start_at or described['startDate']))}"
    return since if place is None else f"place {place} in the queue, {since}"
