"""The dialect of paths: the segments that may follow the root of a path.

Parses text into segments and refuses syntax that AWS's JSONPath (Jayway) does not have. Never looks at a value.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from statemachine.query.jsonpath.paths.filters import read_filter
from statemachine.query.jsonpath.paths.scanner import INTEGER, NAME, Scanner, quote

SEGMENTS_MAX = 100
"""How many segments a path may have. A JSON value may have as many levels."""

INDEXES_MAX = 20
"""How many indexes a union may have."""

_SLICE = re.compile(rf"(?:{INTEGER.pattern})?\s*:\s*(?:{INTEGER.pattern})?(?:\s*:\s*(?:{INTEGER.pattern})?)?")
_INDEXES = re.compile(rf"{INTEGER.pattern}(?:\s*,\s*{INTEGER.pattern})*")
_LAST_BUT = re.compile(r"\(\s*@\.length\s*-\s*([1-9]\d{0,17})\s*\)")
_FUNCTION = re.compile(r"[A-Za-z]+\(")


class Segment(NamedTuple):
    """One step of a path.

    `text` is its normal form (`['a']`, `[0]`, `[*]`, `..['a']`), which jsonpath-ng reads and AWS's messages show. `key`
    is the key that a name or an index looks up. `names` are the names of a union of names. `rule` is the type of any
    other segment: "slice", "union" (of indexes), "wildcard", "filter", "descent" or "length".
    """

    text: str
    key: str | int | None = None
    names: tuple[str, ...] = ()
    rule: str = ""

    @property
    def definite(self) -> bool:
        """Does the segment give at most one value?"""
        return self.key is not None or self.last

    @property
    def reference(self) -> bool:
        """May a Reference Path have this segment?"""
        return isinstance(self.key, str) or (isinstance(self.key, int) and self.key >= 0)

    @property
    def last(self) -> bool:
        """Must this segment be the last one?"""
        return bool(self.names) or self.rule == "length"


def read_segments(scanner: Scanner) -> tuple[Segment, ...]:
    """Read all segments, up to the first character that begins no segment. Raises ExpressionSyntaxError."""
    segments: list[Segment] = []
    while (segment := _segment(scanner)) is not None:
        if segments and segments[-1].last:
            raise scanner.refusal(f"Nothing may follow {segments[-1].text}")
        if segment.rule == "descent" and any(earlier.rule == "descent" for earlier in segments):
            raise scanner.refusal("A path may hold '..' only once")
        segments.append(segment)
        if len(segments) > SEGMENTS_MAX:
            raise scanner.refusal(f"A path may have {SEGMENTS_MAX} segments at most")
    return tuple(segments)


def _segment(scanner: Scanner) -> Segment | None:
    if scanner.skip(".."):
        below = _in_brackets(scanner) if scanner.skip("[") else _behind_dot(scanner)
        if below.last:
            raise scanner.refusal(f"{below.text} may not follow '..'")
        return Segment(f"..{below.text}", rule="descent")
    if scanner.skip("."):
        return _in_brackets(scanner) if scanner.skip("[") else _behind_dot(scanner)
    if scanner.skip("["):
        return _in_brackets(scanner)
    return None


def _behind_dot(scanner: Scanner) -> Segment:
    if scanner.skip("*"):
        return Segment("[*]", rule="wildcard")
    function = scanner.take(_FUNCTION)
    if function == "length(" and scanner.skip(")"):
        return Segment(".length()", rule="length")
    if function:
        raise scanner.refusal(f"The function {function}) is not supported in a path")
    name = scanner.take(NAME)
    if name is None:
        raise scanner.refusal("A name is missing")
    return Segment(f"[{quote(name)}]", key=name)


def _in_brackets(scanner: Scanner) -> Segment:
    """Read a segment after its opening bracket."""
    scanner.skip_blanks()
    name = scanner.quoted()
    if name is not None:
        segment = _names(scanner, name)
    elif scanner.skip("*"):
        segment = Segment("[*]", rule="wildcard")
    elif scanner.skip("?"):
        segment = Segment(f"[?({read_filter(scanner)})]", rule="filter")
    elif match := _LAST_BUT.match(scanner.text, scanner.position):
        scanner.position = match.end()
        segment = Segment(f"[-{match[1]}]", key=-int(match[1]))
    else:
        segment = _numbers(scanner)
    scanner.skip_blanks()
    scanner.expect("]")
    return segment


def _names(scanner: Scanner, first: str) -> Segment:
    names = [first]
    scanner.skip_blanks()
    while scanner.skip(","):
        scanner.skip_blanks()
        name = scanner.quoted()
        if name is None:
            raise scanner.refusal("A quoted name is missing")
        names.append(name)
        scanner.skip_blanks()
    text = f"[{','.join(map(quote, names))}]"
    return Segment(text, names=tuple(names)) if len(names) > 1 else Segment(text, key=first)


def _numbers(scanner: Scanner) -> Segment:
    bounds = scanner.take(_SLICE)
    if bounds is not None:
        return Segment(f"[{''.join(bounds.split())}]", rule="slice")
    indexes = scanner.take(_INDEXES)
    if indexes is None:
        raise scanner.refusal("A quoted name, an index, a slice, '*' or '?(' is missing")
    numbers = [int(number) for number in indexes.split(",")]
    if len(numbers) > INDEXES_MAX:
        raise scanner.refusal(f"A union may have {INDEXES_MAX} indexes at most")
    text = f"[{','.join(map(str, numbers))}]"
    return Segment(text, key=numbers[0]) if len(numbers) == 1 else Segment(text, rule="union")
