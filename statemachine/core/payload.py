"""A JSON value together with its text, so that a value which passes through unchanged keeps its own spacing.

Knows nothing of states or of the disk; `stored` is a note for `checkpoint` alone.
"""

from __future__ import annotations

from typing import Any

from statemachine.json_text import dump, load
from statemachine.query.view import ABSENT


class Payload:
    """A value and its JSON text. Each is made from the other when it is first needed, and then kept.

    Treat both as immutable. `stored` is the number of the row that holds the text on disk, None while it has no row.
    `measured` says that its size and nesting are known to be within the limits.
    """

    __slots__ = ("_text", "_value", "measured", "stored")

    def __init__(self, value: Any = ABSENT, text: str | None = None) -> None:
        self._value = value
        self._text = text
        self.stored: int | None = None
        self.measured = False

    @property
    def value(self) -> Any:
        """The JSON value."""
        if self._value is ABSENT:
            assert self._text is not None
            self._value = load(self._text)
        return self._value

    @property
    def text(self) -> str:
        """The JSON text: the one that it was made from, else a compact one."""
        if self._text is None:
            self._text = dump(self._value)
        return self._text

    @property
    def size(self) -> int:
        """The number of bytes of the text in UTF-8."""
        text = self.text
        return len(text) if text.isascii() else len(text.encode())

    def carries(self, value: Any) -> bool:
        """Is `value` this very object, so that our text is its text? Never for numbers and constants: Python shares
        those."""
        return self._value is value and not isinstance(value, (int, bool, type(None)))

    def __repr__(self) -> str:
        return f"Payload({self.text})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Payload) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)
