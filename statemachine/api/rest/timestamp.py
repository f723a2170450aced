"""Timestamps in requests of the REST API: epoch seconds or ISO 8601. Must not know where one stands."""

from __future__ import annotations

import re
from datetime import UTC, datetime

TIMESTAMP_WANTED = "epoch seconds or ISO 8601, as in 2026-01-31T09:05:00Z, from 1970 to 9999"
LAST = 253_402_300_799.0
"""The end of the year 9999 (UTC)."""
_EPOCH_SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")


def read_timestamp(given: str | float) -> float | None:
    """Epoch seconds, None if this is no timestamp or one that is out of range. ISO 8601 without a zone is in UTC."""
    if isinstance(given, str):
        given = float(given) if _EPOCH_SECONDS.fullmatch(given) else _iso_seconds(given)
    return float(given) if 0 <= given <= LAST else None


def _iso_seconds(text: str) -> float:
    """Epoch seconds of ISO 8601, less than zero for any other text."""
    try:
        parsed = datetime.fromisoformat(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return -1.0
