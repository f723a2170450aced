"""Which kinds of task a server has, in the order in which they are asked: the first that accepts a Resource does it.

An outside package joins through the entry point group `statemachine.tasks`: its entry point names a callable without
arguments that returns a TaskKind. Must know nothing of engines.
"""

from __future__ import annotations

from importlib.metadata import entry_points

from statemachine.config import Settings
from statemachine.tasks.functions.invocation import FunctionRuntime
from statemachine.tasks.functions.lambda_endpoint import LambdaEndpoint
from statemachine.tasks.functions.lambda_function import LambdaTasks
from statemachine.tasks.functions.pool import FunctionPool
from statemachine.tasks.kind import TaskKind
from statemachine.tasks.shell.kind import shell_kinds

GROUP = "statemachine.tasks"


class TaskKindError(Exception):
    """The kind of an outside package cannot be used; the text names the entry point and says why."""


async def installed_kinds(settings: Settings) -> list[TaskKind]:
    """All kinds of task of a server, ready to be used. Raises FunctionsError or TaskKindError."""
    runtimes: list[FunctionRuntime] = []
    if settings.functions:
        pool = FunctionPool(settings.functions, settings.workers)
        await pool.start()
        runtimes.append(pool)
    if settings.lambda_endpoint is not None:
        runtimes.append(LambdaEndpoint(settings.lambda_endpoint))
    return task_kinds(LambdaTasks(*runtimes), *shell_kinds(settings.shell))


def task_kinds(*own: TaskKind) -> list[TaskKind]:
    """These kinds of our own, then those of outside packages by the name of their entry point. Raises TaskKindError."""
    kinds = list(own)
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            kinds.append(entry.load()())
        except Exception as error:
            raise TaskKindError(f"The task kind '{entry.name}' ({entry.value}) cannot be used: {error!r}") from error
    return kinds
