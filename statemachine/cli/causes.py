"""Causes of failures for people. Must not know a terminal."""

from __future__ import annotations

import json
from typing import Any

CHARACTERS_MAX = 400
"""How much of a cause is shown in a line."""


def short_cause(cause: str) -> str:
    """One line of a cause, cut after CHARACTERS_MAX.

    A function's cause is a JSON document: the first line of its errorMessage. Else the last line that is not blank,
    because output that ends with an error, such as a traceback, has the error there.
    """
    document = _of_function(cause)
    line = cause.rstrip().rpartition("\n")[2] if document is None else document["errorMessage"].partition("\n")[0]
    return line if len(line) <= CHARACTERS_MAX else f"{line[:CHARACTERS_MAX]}…"


def whole_cause(cause: str) -> str:
    """The whole cause. That of a function is its errorMessage, and below it the lines of its stackTrace."""
    document = _of_function(cause)
    if document is None:
        return cause
    trace = document.get("stackTrace")
    lines = [line.rstrip("\n") for line in trace if isinstance(line, str)] if isinstance(trace, list) else []
    return "\n".join((document["errorMessage"], *lines))


def _of_function(cause: str) -> dict[str, Any] | None:
    """The JSON document that is the cause of a function that failed."""
    try:
        document = json.loads(cause)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and isinstance(document.get("errorMessage"), str) else None
