"""Waiting for other processes. The only limit is the time-out of the whole test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path


async def until(condition: Callable[[], bool]) -> None:
    """Wait until it is true."""
    while not condition():
        await asyncio.sleep(0.005)


def alive(pid: int) -> bool:
    """Is there such a process, other than as a zombie?"""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"
