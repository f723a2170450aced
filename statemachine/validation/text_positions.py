"""Finds the places of members in JSON text. Does not know the meaning of members."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator

from statemachine.validation.finding import Path

_TOKEN = re.compile(r'"(?:[^"\\]+|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_LINE_END = re.compile("\n")


def locate(text: str, wanted: Collection[Path]) -> dict[Path, tuple[int, int]]:
    """Line and column, counted from 1, of each wanted member of valid JSON text.

    The place of a member is that of its name. The place of an element of an array, or of the whole text, is that of its
    first character. Paths that do not exist are left out.
    """
    line_starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    found = {}
    left = set(wanted)
    for path, offset in _members(text):
        if path in left:
            left.discard(path)
            line = bisect_right(line_starts, offset)
            found[path] = (line, offset - line_starts[line - 1] + 1)
            if not left:
                break
    return found


def repeated_member(text: str) -> int:
    """The offset of the first repeated member of an object. The text before it must be valid JSON."""
    seen = set()
    for path, offset in _members(text):
        if path in seen:
            return offset
        seen.add(path)
    return 0


def _members(text: str) -> Iterator[tuple[Path, int]]:
    path: list[str | int] = []  # for each open object or array: the name or index of the member that is being read
    name_follows = False
    element_follows = False
    yield (), len(text) - len(text.lstrip())
    for match in _TOKEN.finditer(text):
        token, offset = match.group(), match.start()
        if element_follows and token != "]":
            yield tuple(path), offset
        element_follows = False
        if token == "{":
            path.append("")
            name_follows = True
        elif token == "[":
            path.append(0)
            element_follows = True
        elif token in ("}", "]"):
            path.pop()
            name_follows = False
        elif token == ",":
            step = path[-1]
            if isinstance(step, int):
                path[-1] = step + 1
                element_follows = True
            else:
                name_follows = True
        elif name_follows:
            path[-1] = json.loads(token) if "\\" in token else token[1:-1]
            name_follows = False
            yield tuple(path), offset
