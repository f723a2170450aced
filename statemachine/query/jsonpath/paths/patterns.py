"""Regular expressions of filters, as in Jayway: Java's syntax, compared with the whole text.

The library RE2 compares in time that is linear in the text. It has no look-around and no back-references, which could
take time without limit. Must not know a path.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Protocol

from statemachine.errors import ExpressionSyntaxError
from statemachine.query.jsonpath.java import java_text

_FLAGS = {"i": "i", "s": "s", "m": "m", "d": "", "u": ""}
"""Java's flags with RE2's. `d` and `u` are what RE2 does in any case."""


class Pattern(Protocol):
    """A compiled regular expression."""

    def fullmatch(self, text: str, /) -> Any:
        """A true value if the whole text matches."""


def pattern_text(pattern: str, flags: str) -> str:
    """A regular expression and its flags in one text, for `compile_pattern`."""
    return f"{flags}/{pattern}"


@lru_cache(maxsize=1024)
def compile_pattern(text: str) -> Pattern:
    """The regular expression of a `pattern_text`. Raises ExpressionSyntaxError."""
    import re2  # noqa: PLC0415  (few definitions have regular expressions)

    flags, _, pattern = text.partition("/")
    unknown = sorted(set(flags) - _FLAGS.keys())
    if unknown:
        raise ExpressionSyntaxError(
            f"The flag {unknown[0]} of the regular expression /{pattern}/{flags} is not supported; supported are "
            + ", ".join(_FLAGS)
        )
    options = re2.Options()
    options.log_errors = False
    known = "".join(sorted({_FLAGS[flag] for flag in flags}))
    try:
        compiled: Pattern = re2.compile(f"(?{known}){pattern}" if known else pattern, options)  # type: ignore[no-untyped-call]
    except re2.error as error:
        reason = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        raise ExpressionSyntaxError(
            f"The regular expression /{pattern}/{flags} cannot be used: {reason}. Look-around and back-references are "
            "not supported"
        ) from None
    return compiled


def matches(pattern: Pattern, value: Any) -> bool:
    """Does a value match? Numbers and booleans are compared as text; of an array one element must match. A missing
    value, null and an object count as empty text (Ours: as Jayway)."""
    if isinstance(value, list):
        return any(not isinstance(element, list) and matches(pattern, element) for element in value)
    text = "" if value is None or isinstance(value, dict) else value if isinstance(value, str) else java_text(value)
    return bool(pattern.fullmatch(text.encode(errors="replace").decode()))
