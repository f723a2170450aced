"""Reads the text of a path or of an intrinsic call from left to right.

Knows names, numbers, quotes and positions, but not the meaning of a path or a call.
"""

from __future__ import annotations

import re

from statemachine.errors import ExpressionSyntaxError

NAME = re.compile(r"[^\s.\[\](){}'\"`,*?=!<>&|\\;+^%~]+")
"""A name after a dot. It may have letters, dashes, colons and @. A name with other signs needs brackets and quotes."""
INTEGER = re.compile(r"-?\d{1,18}")
"""An index, or a bound of a slice."""
SHOWN_MAX = 500
"""How many characters of a text an error shows."""

_BLANKS = re.compile(r"[ \t\r\n]*")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", re.DOTALL)
_ESCAPED_IN_SINGLE = re.compile(r"\\(['\\])")
_ESCAPED_IN_DOUBLE = re.compile(r"\\([\"\\])")


class Scanner:
    """A text and the position up to which it has been read."""

    __slots__ = ("position", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    @property
    def at_end(self) -> bool:
        """Has the whole text been read?"""
        return self.position == len(self.text)

    def take(self, pattern: re.Pattern[str]) -> str | None:
        """Read the match of `pattern` at this position and return it. None if it does not match."""
        match = pattern.match(self.text, self.position)
        if match is None:
            return None
        self.position = match.end()
        return match.group()

    def skip(self, literal: str) -> bool:
        """Read `literal` if it is next; was it?"""
        if not self.text.startswith(literal, self.position):
            return False
        self.position += len(literal)
        return True

    def skip_blanks(self) -> None:
        """Read blanks and line breaks."""
        self.take(_BLANKS)

    def expect(self, literal: str) -> None:
        """Read `literal`. Raises ExpressionSyntaxError if it is not next."""
        if not self.skip(literal):
            raise self.refusal(f"'{literal}' is missing")

    def quoted(self) -> str | None:
        """Read a quoted text and return it without its quotes and escapes. None if no quote is next.

        A backslash escapes the quote in use and itself. Before another character it is an ordinary character (recorded
        for a double quote between single quotes).
        """
        match = _QUOTED.match(self.text, self.position)
        if match is None:
            return None
        self.position = match.end()
        if match[1] is not None:
            return _ESCAPED_IN_SINGLE.sub(r"\1", match[1])
        return _ESCAPED_IN_DOUBLE.sub(r"\1", match[2])

    def refusal(self, why: str) -> ExpressionSyntaxError:
        """An error that names this position."""
        shown = self.text if len(self.text) <= SHOWN_MAX else f"{self.text[:SHOWN_MAX]}…"
        return ExpressionSyntaxError(f"{why} at character {self.position + 1} of '{shown}'")


def quote(text: str) -> str:
    """The text between single quotes."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
