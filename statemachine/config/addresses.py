"""Addresses in settings: is one of this machine, and how is one shown? Must not know a setting."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

SYNC_PREFIX = "sync-"
"""The host prefix that SDKs put before some actions (service model)."""


def is_loopback(host: str) -> bool:
    """Is this address or name this machine's own?"""
    name = host.removeprefix(SYNC_PREFIX).strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def without_password(url: str) -> str:
    """The URL with `***` in the place of a password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    user, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.partition(':')[0]}:***@{host}").geturl()
