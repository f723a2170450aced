"""The kinds of task of a server, in order: the first that accepts a Resource performs the task.

An outside package joins through the entry point group `statemachine.tasks`: its entry point names a callable without
arguments that returns a TaskKind. Must not know the engine.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from urllib.parse import urlsplit

import structlog

from statemachine.config import Settings
from statemachine.config.addresses import is_loopback, without_password
from statemachine.tasks.functions.invocation import FunctionRuntime
from statemachine.tasks.functions.lambda_endpoint import LambdaEndpoint
from statemachine.tasks.functions.lambda_function import LambdaTasks
from statemachine.tasks.functions.pool import FunctionPool
from statemachine.tasks.kind import TaskKind
from statemachine.tasks.shell.kind import shell_kinds

GROUP = "statemachine.tasks"
log = structlog.get_logger()


class TaskKindError(Exception):
    """The kind of an outside package cannot be used; the text names the entry point and says why."""


async def installed_kinds(settings: Settings) -> list[TaskKind]:
    """All kinds of task of a server, ready to be used. Raises FunctionsError or TaskKindError."""
    outside = outside_kinds()
    runtimes: list[FunctionRuntime] = []
    if settings.functions:
        pool = FunctionPool(
            settings.functions,
            settings.workers,
            region=settings.region,
            pass_environment=settings.pass_environment,
        )
        await pool.start()
        runtimes.append(pool)
    if settings.lambda_endpoint is not None and _is_own_address(settings.lambda_endpoint, settings):
        log.warning(
            "the Lambda endpoint is this server itself and is not used: unset AWS_ENDPOINT_URL for the server",
            lambda_endpoint=without_password(settings.lambda_endpoint),
        )
    elif settings.lambda_endpoint is not None:
        runtimes.append(LambdaEndpoint(settings.lambda_endpoint))
    return [LambdaTasks(*runtimes), *shell_kinds(settings.shell), *outside]


def _is_own_address(url: str, settings: Settings) -> bool:
    """Would calls to this URL come back to this server? The AWS CLI's variable for a server may be set in its shell."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return port == settings.port and (is_loopback(parts.hostname or "") or parts.hostname == settings.host)


def outside_kinds() -> list[TaskKind]:
    """The kinds of outside packages, by the names of their entry points. Raises TaskKindError."""
    kinds: list[TaskKind] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            kinds.append(entry.load()())
        except Exception as error:
            raise TaskKindError(f"The task kind '{entry.name}' ({entry.value}) cannot be used: {error!r}") from error
    return kinds
