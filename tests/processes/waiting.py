"""Waiting for other processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE_SECONDS = 50.0
"""Real time after which a test gives up. The time-out of pytest is longer, and does not reach into uvloop."""


async def until(condition: Callable[[], bool]) -> None:
    """Wait until it is true. Raises TimeoutError after PATIENCE_SECONDS."""
    give_up = time.monotonic() + PATIENCE_SECONDS  # not the time of the loop, which tests advance
    while not condition():
        if time.monotonic() > give_up:
            raise TimeoutError("waited in vain")
        await asyncio.sleep(0.005)


def alive(pid: int) -> bool:
    """Is there such a process, other than as a zombie?"""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"
