"""Errors of two sorts: failures inside an execution, which a definition may catch, and errors for API callers.

This module knows no state, no store and no wire format.
"""

from __future__ import annotations

from typing import Any

ERROR_CHARACTERS_MAX = 256
CAUSE_CHARACTERS_MAX = 32_768
"""The longest error name and cause that AWS gives (service model). Ours: the rest of a longer one is cut off."""


def bounded_cause(cause: str) -> str:
    """The cause, cut to the length that AWS gives."""
    return cause[:CAUSE_CHARACTERS_MAX]


class StateError(Exception):
    """A failure inside an execution, with AWS's error name and cause. A definition may retry or catch it.

    `located` says that the interpreter found it. The cause then gets AWS's prefix "An error occurred while executing
    the state 'NAME' (entered at the event id #N). ". Errors of tasks and of Fail states get no prefix. Both texts are
    bounded.
    """

    def __init__(self, error: str | None, cause: str | None = None, *, located: bool = False) -> None:
        super().__init__(error, cause)
        self.error = error if error is None else error[:ERROR_CHARACTERS_MAX]
        self.cause = cause if cause is None else bounded_cause(cause)
        self.located = located


class RuntimeFailure(StateError):
    """States.Runtime: found by the interpreter. It is never retried or caught (recorded: not even by its own name)."""

    def __init__(self, cause: str) -> None:
        super().__init__("States.Runtime", cause, located=True)


class IntrinsicFailure(StateError):
    """States.IntrinsicFailure: an intrinsic function refused its arguments. It can be retried and caught."""

    def __init__(self, cause: str) -> None:
        super().__init__("States.IntrinsicFailure", cause, located=True)


class QueryEvaluationError(StateError):
    """States.QueryEvaluationError: a JSONata expression failed. `location` names the field, as in `Output/result`."""

    def __init__(self, cause: str, location: str | None = None) -> None:
        super().__init__("States.QueryEvaluationError", cause, located=True)
        self.location = location


class ExpressionSyntaxError(ValueError):
    """A path, template, intrinsic call or JSONata expression cannot be compiled. The text says why."""


class UnsupportedPattern(ExpressionSyntaxError):
    """A regular expression in a path has a construct that this server does not have, although AWS may have it."""


class ServiceError(Exception):
    """An error for an API caller: a name and a text, which are AWS's if AWS has the error.

    `detail` is our own text if AWS's says too little; the REST API shows it instead. `members` are further members of
    a response of the REST API: `findings`, or `pointer`, a JSON Pointer to the member of the request at fault.
    """

    def __init__(self, code: str, message: str, *, detail: str | None = None, **members: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.detail = detail or message
        self.members = members
