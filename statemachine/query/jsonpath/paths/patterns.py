"""Regular expressions of filters, as in Jayway: Java's syntax, compared with the whole text.

The library RE2 compares in time that is linear in the text. It has no look-around and no back-references, which could
take time without limit. Must not know a path.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Protocol

from statemachine.errors import UnsupportedPattern
from statemachine.query.jsonpath.java import java_text

_TOKEN = re.compile(r"\\.|\[\^?\]?|&&|\{\d+(?:,\d*)?\}|\(\?(?::|<[A-Za-z]\w*>|i\))|\(\?|.", re.DOTALL)
"""An escape, the begin of a class (with a `]` that belongs to it), a repetition, a group, or any other character."""
_READ_OTHERWISE = frozenset("vVC0123456789")
"""The escapes that RE2 has, but with another meaning than Java."""
_ANY = "[^\\n\\r\\x{85}\\x{2028}\\x{2029}]"
"""Java's `.`: no line terminator. With `d` only the line feed is one, as in RE2."""
_BLANKS = "\\t\\n\\x0b\\f\\r "
_FLAGS = {"i": "i", "s": "s", "m": "m", "d": "", "u": ""}
"""Java's flags with RE2's. RE2 does in any case what `d` and `u` ask for; `_translated` holds it back without them."""


class Pattern(Protocol):
    """A compiled regular expression."""

    def fullmatch(self, text: str, /) -> Any:
        """A true value if the whole text matches."""


def pattern_text(pattern: str, flags: str) -> str:
    """A regular expression and its flags in one text, for `compile_pattern`."""
    return f"{flags}/{pattern}"


@lru_cache(maxsize=1024)
def compile_pattern(text: str) -> Pattern:
    """The regular expression of a `pattern_text`. Raises UnsupportedPattern."""
    import re2  # noqa: PLC0415  (few definitions have regular expressions)

    flags, _, pattern = text.partition("/")
    unknown = sorted(set(flags) - _FLAGS.keys())
    if unknown:
        raise _unsupported(pattern, flags, f"the flag {unknown[0]}; supported are {', '.join(_FLAGS)}")
    if ("i" in flags or "(?i)" in pattern) and "u" not in flags and not pattern.isascii():
        raise _unsupported(pattern, flags, "the flag i for letters beyond ASCII: add the flag u")
    options = re2.Options()
    options.log_errors = False
    known = "".join(sorted({_FLAGS[flag] for flag in flags}))
    translated = _translated(pattern, flags)
    try:
        compiled: Pattern = re2.compile(f"(?{known}){translated}" if known else translated, options)  # type: ignore[no-untyped-call]
    except re2.error as error:
        reason = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        raise _unsupported(pattern, flags, reason) from None
    return compiled


def _translated(pattern: str, flags: str) -> str:
    """The pattern in RE2's syntax, with Java's meaning. Raises UnsupportedPattern for what RE2 reads otherwise."""
    parts: list[str] = []
    in_class = False
    for found in _TOKEN.finditer(pattern):
        token = found[0]
        if token[0] == "\\" and token[1:] in _READ_OTHERWISE:
            raise _unsupported(pattern, flags, token)
        if in_class and (token[0] == "[" or token == "&&"):
            raise _unsupported(pattern, flags, f"{token} in a character class")
        if not in_class and token == "{":
            raise _unsupported(pattern, flags, "{ without a number of repetitions")
        if not in_class and token == "(?":
            raise _unsupported(pattern, flags, f"a group that begins with {pattern[found.start() :][:4]}")
        if token in ("\\s", "\\S"):
            parts.append(_blank(token, in_class=in_class))
        elif token == "." and not in_class and not {"s", "d"} & set(flags):
            parts.append(_ANY)
        else:
            in_class = token[0] == "[" or (in_class and token != "]")
            parts.append(token)
    return "".join(parts)


def _blank(token: str, *, in_class: bool) -> str:
    """Java's blanks: RE2's without the vertical tab are fewer."""
    if in_class:
        return _BLANKS if token == "\\s" else token
    return f"[{_BLANKS}]" if token == "\\s" else f"[^{_BLANKS}]"


def _unsupported(pattern: str, flags: str, what: str) -> UnsupportedPattern:
    return UnsupportedPattern(f"The regular expression /{pattern}/{flags} is not supported here: {what}")


def matches(pattern: Pattern, value: Any) -> bool:
    """Does a value match? Numbers and booleans are compared as text; of an array one element must match. A missing
    value, null and an object count as empty text (Ours: as Jayway)."""
    if isinstance(value, list):
        return any(not isinstance(element, list) and matches(pattern, element) for element in value)
    text = "" if value is None or isinstance(value, dict) else value if isinstance(value, str) else java_text(value)
    return bool(pattern.fullmatch(text.encode(errors="replace").decode()))
