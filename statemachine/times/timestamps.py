"""Timestamps in AWS's form: the extended form of ISO 8601, as in `2024-03-14T01:59:00.5Z`.

An upper-case T is required, and so is Z or an offset (recorded). Reads no clock.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone


class Timestamp(float):
    """Epoch seconds. By this type the AWS API writes a number, and the REST API writes ISO 8601."""

    __slots__ = ()


_TIMESTAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NANOSECONDS = 1_000_000_000


def parse_timestamp(text: object) -> int | None:
    """Nanoseconds since the epoch, or None if `text` is no timestamp."""
    match = _TIMESTAMP.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    year, month, day, hour, minute = map(int, match.group(1, 2, 3, 4, 5))
    second, fraction, sign, offset_hours, offset_minutes = match.group(6, 7, 8, 9, 10)
    offset = timedelta(hours=int(offset_hours or 0), minutes=int(offset_minutes or 0))
    try:
        zone = timezone(-offset if sign == "-" else offset)
        time = datetime(year, month, day, hour, minute, int(second or 0), tzinfo=zone)
    except ValueError:
        return None
    since = time - _EPOCH
    return (since.days * 86_400 + since.seconds) * _NANOSECONDS + int((fraction or "0").ljust(9, "0"))


def parse_epoch_seconds(text: object) -> float | None:
    """Seconds since the epoch, or None if `text` is no timestamp."""
    nanoseconds = parse_timestamp(text)
    return None if nanoseconds is None else nanoseconds / _NANOSECONDS


def iso_time(seconds: float) -> str:
    """Epoch seconds as ISO 8601 in UTC with milliseconds: 2026-01-31T09:05:00.250Z."""
    text = datetime.fromtimestamp(int(seconds * 1000) / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
