"""Task attempts and their results, in short forms for these tests."""

from __future__ import annotations

import asyncio
from typing import Any

from statemachine.tasks.kind import TaskAttempt, TaskResult

REQUEST_ID = "0b9c2a36-6c5e-4f0c-9d6b-6f5b6a0d7a11"
ACCOUNT = "000000000000"
DIRECT = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:"
INVOKE = "arn:aws:states:::lambda:invoke"


def task(resource: str, arguments: Any, text: str, token: str = "token") -> TaskAttempt:
    """One attempt of a Task state."""
    execution = f"arn:aws:states:us-east-1:{ACCOUNT}:execution:machine:name"
    return TaskAttempt(token, REQUEST_ID, resource, arguments, text, execution, "State", "us-east-1", ACCOUNT)


class Results:
    """An `OnResult` that keeps tokens and results and lets a test wait for them."""

    def __init__(self) -> None:
        self.given: list[tuple[str, TaskResult]] = []
        self._arrived = asyncio.Event()

    def __call__(self, token: str, result: TaskResult) -> None:
        self.given.append((token, result))
        self._arrived.set()

    async def first(self) -> TaskResult:
        """The first result, when it is there."""
        await self._arrived.wait()
        return self.given[0][1]
