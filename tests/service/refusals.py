"""The error of a request that must be refused."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest

from statemachine.errors import ServiceError


async def refusal(asked: Awaitable[Any]) -> ServiceError:
    """The refusal of a request, which must be refused."""
    with pytest.raises(ServiceError) as refused:
        await asked
    return refused.value
