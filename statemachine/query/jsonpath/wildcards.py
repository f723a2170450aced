"""The patterns of StringMatches: `*` matches any characters, `\\\\*` a star, and two backslashes match one.

A match takes time in proportion to the text, for every pattern. Knows only text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_PIECE = re.compile(r"\\[*\\]|\*|[^*\\]+|\\", re.DOTALL)


def compile_wildcards(pattern: str) -> Callable[[str], bool]:
    """A test that is true for a text which matches the whole pattern."""
    pieces = [""]
    for token in _PIECE.findall(pattern):
        if token == "*":
            pieces.append("")
        else:
            pieces[-1] += token[1] if len(token) == 2 and token[0] == "\\" else token
    if len(pieces) == 1:
        return pieces[0].__eq__
    first, *middle, last = pieces

    def matches(text: str) -> bool:
        if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
            return False
        # The leftmost place of each piece leaves the most text for the other pieces, so no other place need be tried.
        start, end = len(first), len(text) - len(last)
        for piece in middle:
            found = text.find(piece, start, end)
            if found < 0:
                return False
            start = found + len(piece)
        return True

    return matches
