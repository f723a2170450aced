"""Filters of paths, such as `[?(@.price < 10 && @.tags)]`, translated from AWS's dialect to jsonpath-ng's.

A test is a path of names and indexes. A comparison has such a path on one side, and a path or a literal on the other.
`=~` compares a path with a regular expression: published definitions have it. Other operators of Jayway (`in`, `size`
and others) are refused: AWS's documentation does not have them. Never looks at a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from statemachine.query.jsonpath.paths.patterns import compile_pattern, pattern_text
from statemachine.query.jsonpath.paths.scanner import INTEGER, NAME, Scanner, quote

TERMS_MAX = 10
"""How many tests, comparisons and inner brackets a filter may have."""

_COMPARISON = re.compile(r"==|!=|<=|>=|<(?!~)|>")
_UNQUOTED = r"[^\s()\[\]{}'\"&|<>=!~,]"
_NUMBER = re.compile(rf"-?\d{{1,18}}(?:\.\d{{1,18}})?(?:[eE]-?\d{{1,2}})?(?!{_UNQUOTED})")
_TEXT = re.compile(rf"{_UNQUOTED}+")
_PATTERN = re.compile(r"/((?:[^/\\]|\\.|/(?![A-Za-z]*\s*(?:\)|&&|\|\|)))*)/([A-Za-z]*)", re.DOTALL)
"""A regular expression and its flags. A slash ends it only where the condition can end (seen in definitions)."""
_CONSTANTS = ("true", "false", "null")
_SIDES_CHANGED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class _Operand(NamedTuple):
    text: str
    is_literal: bool


def read_filter(scanner: Scanner) -> str:
    """Read the condition in round brackets; its text for jsonpath-ng. Raises ExpressionSyntaxError."""
    scanner.skip_blanks()
    scanner.expect("(")
    return _FilterReader(scanner).within_brackets()


class _FilterReader:
    """Reads one filter and counts its terms."""

    def __init__(self, scanner: Scanner) -> None:
        self.scanner = scanner
        self.terms = 0

    def within_brackets(self) -> str:
        condition = self.any_of()
        if not self.scanner.skip(")"):
            raise self.scanner.refusal("A comparison (==, !=, <, <=, >, >=), '&&', '||' or ')' is missing")
        return condition

    def any_of(self) -> str:
        return self._joined("||", self.all_of)

    def all_of(self) -> str:
        return self._joined("&&", self.term)

    def _joined(self, operator: str, read: Callable[[], str]) -> str:
        parts = [read()]
        while self.scanner.skip(operator):
            parts.append(read())
        return f" {operator} ".join(parts)

    def term(self) -> str:
        """Read `(…)`, `!@.a`, `@.a`, `@.a == 1` or `1 == @.a`, with the blanks around it."""
        scanner = self.scanner
        self.terms += 1
        if self.terms > TERMS_MAX:
            raise scanner.refusal(f"A filter may hold {TERMS_MAX} terms at most")
        scanner.skip_blanks()
        if scanner.skip("("):
            condition = f"({self.within_brackets()})"
        elif scanner.skip("!"):
            scanner.skip_blanks()
            condition = f"!{self._path()}"
        else:
            condition = self._test()
        scanner.skip_blanks()
        return condition

    def _test(self) -> str:
        left = self._operand()
        self.scanner.skip_blanks()
        if self.scanner.skip("=~"):
            return self._match(left)
        operator = self.scanner.take(_COMPARISON)
        if operator is None:
            if left.is_literal:
                raise self.scanner.refusal("One of ==, !=, <, <=, > and >= is missing")
            return left.text
        self.scanner.skip_blanks()
        right = self._operand()
        if left.is_literal and right.is_literal:
            raise self.scanner.refusal("A comparison needs a path that begins with @ or $")
        if left.is_literal:
            return f"{right.text} {_SIDES_CHANGED[operator]} {left.text}"
        comparison = f"{left.text} {operator} {right.text}"
        if right.is_literal:
            return comparison
        # Two missing members are unequal in Jayway, but equal in jsonpath-ng.
        return f"(!{left.text} || {comparison})" if operator == "!=" else f"({left.text} && {comparison})"

    def _match(self, left: _Operand) -> str:
        """Read a regular expression. In the text for jsonpath-ng it is a literal that `selection` reads again."""
        if left.is_literal:
            raise self.scanner.refusal("A regular expression is compared with a path that begins with @ or $")
        self.scanner.skip_blanks()
        match = _PATTERN.match(self.scanner.text, self.scanner.position)
        if match is None:
            raise self.scanner.refusal("A regular expression between slashes is missing")
        text = pattern_text(match[1], match[2])
        compile_pattern(text)
        self.scanner.position = match.end()
        return f"{left.text} =~ {quote(text)}"

    def _operand(self) -> _Operand:
        scanner = self.scanner
        if scanner.text.startswith(("@", "$"), scanner.position):
            return _Operand(self._path(), is_literal=False)
        text = scanner.quoted()
        if text is None:
            number = scanner.take(_NUMBER)
            if number is not None:
                return _Operand(f"{Decimal(number):f}", is_literal=True)
            text = scanner.take(_TEXT)
            if text in _CONSTANTS:
                return _Operand(text, is_literal=True)
        # Without quotes it is text: many published definitions have such texts. Ours: also a date and `x.y`.
        if text is None:
            raise scanner.refusal("A path that begins with @ or $, or a literal, is missing")
        return _Operand(quote(text), is_literal=True)

    def _path(self) -> str:
        """Read names and indexes after @ (the item) or $ (the root)."""
        scanner = self.scanner
        text = "@" if scanner.skip("@") else "$"
        if text == "$":
            scanner.expect("$")
        while True:
            if scanner.skip("[") or scanner.skip(".["):
                key = self._key_in_brackets()
            elif scanner.skip("."):
                name = scanner.take(NAME)
                key = None if name is None else quote(name)
            else:
                return text
            if key is None:
                raise scanner.refusal("Inside a filter a path has names and indexes only, and one is missing")
            text += f"[{key}]"

    def _key_in_brackets(self) -> str | None:
        name = self.scanner.quoted()
        key = self.scanner.take(INTEGER) if name is None else quote(name)
        if key is not None:
            self.scanner.expect("]")
        return key
