"""Which kinds of task this server has, in the order in which they are asked. A plain list; the first that accepts a
Resource does it. Knows kinds by their interface only.

An outside package joins through the entry point group `statemachine.tasks`: its entry point names a callable without
arguments that returns a TaskKind.
"""

from __future__ import annotations

from importlib.metadata import entry_points

from statemachine.tasks.kind import Answer, Failed, Task, TaskKind

GROUP = "statemachine.tasks"


class TaskKindError(Exception):
    """An outside package's kind cannot be used; the text names the entry point and says why."""


class Unserved:
    """The last kind of all: it accepts every Resource and fails its tasks."""

    def accepts(self, resource: str) -> bool:
        """Always."""
        return True

    def start(self, task: Task, answer: Answer) -> None:
        """Fail it."""
        answer(
            task.token, Failed("States.Runtime", f"This server has no kind of task for the resource {task.resource}")
        )

    def cancel(self, token: str) -> None:
        """Nothing is ever under way."""

    async def close(self) -> None:
        """There is nothing to release."""


def task_kinds(*own: TaskKind) -> list[TaskKind]:
    """Our own kinds, those of outside packages by name, and `Unserved`. Raises TaskKindError."""
    return [*own, *_outside_kinds(), Unserved()]


def _outside_kinds() -> list[TaskKind]:
    kinds: list[TaskKind] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            kinds.append(entry.load()())
        except Exception as error:
            raise TaskKindError(f"The task kind '{entry.name}' ({entry.value}) cannot be used: {error!r}") from error
    return kinds
