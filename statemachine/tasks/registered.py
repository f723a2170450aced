"""The names that tasks of this server can use, and advice about one that is not among them.

Must not know a definition or the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from difflib import get_close_matches

from statemachine.tasks.functions.invocation import parse_function_name
from statemachine.tasks.functions.lambda_function import LambdaTasks
from statemachine.tasks.kind import TaskKind
from statemachine.tasks.shell.kind import SCHEME, ShellTasks

SHOWN_MAX = 10
"""How many of the registered names a text shows."""


class RegisteredNames:
    """A live view of the `kinds` of a server and of its `activities`, which gives their ARNs."""

    def __init__(self, kinds: Sequence[TaskKind], activities: Callable[[], Collection[str]] = tuple) -> None:
        self._kinds = kinds
        self._activities = activities

    def advice_on_function(self, text: str) -> str | None:
        """The reason why a task that calls this function would fail, None if it would not. `text` is a FunctionName or
        an ARN. Nothing is said of a function that an endpoint may have."""
        function = parse_function_name(text, "aws", "", "")
        runtimes = [kind.function_names for kind in self._kinds if isinstance(kind, LambdaTasks)]
        if function is None or not runtimes:
            return None
        known: set[str] = set()
        for names in runtimes:
            if names is None:
                return None
            known |= names
        return None if function.name in known else _missing("function", function.name, known)

    def advice_on_resource(self, resource: str) -> str | None:
        """The same for a Resource, except for the function that it names."""
        if any(kind.accepts(resource) for kind in self._kinds):
            return None
        if resource.startswith(SCHEME):
            name = resource.removeprefix(SCHEME)
            known = {name for kind in self._kinds if isinstance(kind, ShellTasks) for name in kind.command_names}
            return _missing("shell command", name, known)
        return f"No kind of task here performs '{resource}', so the task will fail with States.TaskFailed"

    def advice_on_activity(self, arn: str) -> str | None:
        """The same for the ARN of an activity. It may be created before an execution needs it."""
        known = self._activities()
        if arn in known:
            return None
        return f"There is no activity '{arn}' yet. {told(arn, known)}"


def _missing(what: str, name: str, known: Collection[str]) -> str:
    return f"There is no {what} '{name}', so the task will fail. {told(name, known)}"


def told(name: str, known: Iterable[str]) -> str:
    """A sentence with the registered names: `Registered here: a, b, c; nearest: b`."""
    names = sorted(known)
    if not names:
        return "Registered here: none"
    shown = ", ".join(names[:SHOWN_MAX]) + (f" and {len(names) - SHOWN_MAX} more" if len(names) > SHOWN_MAX else "")
    nearest = get_close_matches(name, names, n=1)
    return f"Registered here: {shown}" + (f"; nearest: {nearest[0]}" if nearest else "")
