"""Reading the text of a path or of an intrinsic call from left to right.

Knows names, numbers, quotes and positions; never what a path or a call means.
"""

from __future__ import annotations

import re

from statemachine.errors import ExpressionSyntaxError

NAME = re.compile(r"[^\s.\[\](){}'\"`,*?=!<>&|\\;+^%~]+")
"""A name behind a dot. Dashes, colons, @ and every letter are fine; other signs want brackets and quotes."""
INTEGER = re.compile(r"-?\d{1,18}")
"""An index, or a bound of a slice."""
SHOWN_MAX = 500
"""How much of a text an error shows."""

_BLANKS = re.compile(r"[ \t\r\n]*")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", re.DOTALL)
_ESCAPED_IN_SINGLE = re.compile(r"\\(['\\])")
_ESCAPED_IN_DOUBLE = re.compile(r"\\([\"\\])")


class Scanner:
    """A text and how far it has been read."""

    __slots__ = ("position", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    @property
    def at_end(self) -> bool:
        """Has everything been read?"""
        return self.position == len(self.text)

    def take(self, pattern: re.Pattern[str]) -> str | None:
        """What `pattern` matches here, which is then read; None where it does not match."""
        match = pattern.match(self.text, self.position)
        if match is None:
            return None
        self.position = match.end()
        return match.group()

    def skip(self, literal: str) -> bool:
        """Read `literal` if it stands here."""
        if not self.text.startswith(literal, self.position):
            return False
        self.position += len(literal)
        return True

    def skip_blanks(self) -> None:
        """Read blanks and line breaks."""
        self.take(_BLANKS)

    def expect(self, literal: str) -> None:
        """Read `literal`, which must stand here. Raises ExpressionSyntaxError."""
        if not self.skip(literal):
            raise self.refusal(f"'{literal}' is missing")

    def quoted(self) -> str | None:
        """The quoted text that begins here, or None. A backslash escapes the quote in use and itself; before anything
        else it stands for itself (recorded for a double quote between single quotes)."""
        match = _QUOTED.match(self.text, self.position)
        if match is None:
            return None
        self.position = match.end()
        if match[1] is not None:
            return _ESCAPED_IN_SINGLE.sub(r"\1", match[1])
        return _ESCAPED_IN_DOUBLE.sub(r"\1", match[2])

    def refusal(self, why: str) -> ExpressionSyntaxError:
        """The error to raise for what stands here."""
        shown = self.text if len(self.text) <= SHOWN_MAX else f"{self.text[:SHOWN_MAX]}…"
        return ExpressionSyntaxError(f"{why} at character {self.position + 1} of '{shown}'")


def quote(text: str) -> str:
    """The text between single quotes."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
