"""Validations: what is wrong with a definition, without registering it. Keeps nothing and needs no host."""

from __future__ import annotations

import asyncio
from typing import Any

from statemachine.validation import Finding, diagnostics, report, validate


class Validations:
    """The verbs on definitions that are not registered. They never fail: what is wrong is the answer."""

    async def validate(
        self, *, definition: str, type: str = "STANDARD", severity: str = "ERROR", max_results: int = 0
    ) -> dict[str, Any]:
        """AWS's answer: result, diagnostics, truncated. `severity` is the least that is told; a `max_results` of 0
        stands for AWS's 100."""
        return diagnostics(await _findings(definition, type), severity, max_results)

    async def report(
        self, *, definition: str, type: str = "STANDARD", severity: str = "WARNING", max_results: int = 0
    ) -> dict[str, Any]:
        """As `validate`, with the warnings that AWS does not give, and with pointer, line and column."""
        return report(await _findings(definition, type), severity, max_results)


async def _findings(definition: str, type: str) -> list[Finding]:
    # The longest definition takes a second: not for the loop.
    return await asyncio.to_thread(validate, definition, type)
