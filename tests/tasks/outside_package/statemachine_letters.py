"""A kind of task as an outside package would write it: `letters:count` counts the letters of a text.

The package needs nothing but the interface `statemachine.tasks.kind` and the base `CoroutineKind`; its dist-info beside
it, which an installer would write, names the class under the entry point group `statemachine.tasks`.
"""

from __future__ import annotations

import json

from statemachine.tasks.coroutine_kind import CoroutineKind
from statemachine.tasks.kind import Failed, Succeeded, TaskAttempt, TaskResult


class Letters(CoroutineKind):
    """Serves one resource. Made without arguments: a kind from outside reads its own settings."""

    def accepts(self, resource: str) -> bool:
        return resource == "letters:count"

    async def perform(self, task: TaskAttempt) -> TaskResult:
        if not isinstance(task.arguments, str):
            return Failed("Letters.NoText", f"{task.state} was given no text")
        letters = [character for character in task.arguments if character.isalpha()]
        return Succeeded(json.dumps({"letters": len(letters)}))
