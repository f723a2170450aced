"""The syntax tree of an expression, made by the parser of jsonata-python (the native evaluator gives no tree).

Only this module knows the shape of the library's tree. It judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from statemachine.jsonata_library import JException, Jsonata, Parser
from statemachine.query.jsonata.evaluation.messages import failure_from, worded

Node: TypeAlias = Any
"""A node of the library's tree. Its `type` decides which of its other attributes are used."""

_NUMBER = re.compile(r"\d+(\.\d+)?([Ee][-+]?\d+)?")

BUILT_IN = frozenset(Jsonata.static_frame.bindings)
"""The names of JSONata's own functions."""

CHARACTERS_MAX = 65_536
"""Ours: the longest expression that is parsed. The parser takes about ten microseconds for a token."""


class NotParsed(Exception):
    """The parser gave no tree. `refused` says that the text is no JSONata; else the parser cannot tell."""

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


def read_syntax(text: str) -> Node:
    """The root of the expression's tree. Raises NotParsed."""
    if len(text) > CHARACTERS_MAX:
        raise NotParsed("The expression is too long to be looked into")
    try:
        # The tokenizer reads beyond a comment at the end, so a blank is added.
        return _Parser().parse(f"{text} ", _uncompiled)
    except JException as error:
        if error.error == "S0102":
            error.current = _NUMBER.match(text, error.location)[0]  # type: ignore[index]
        raise NotParsed(worded(failure_from(error)), refused=True) from None
    except Exception as error:
        # The nesting is too deep, or the parser reads beyond the end of a string, which JavaScript allows.
        raise NotParsed(repr(error)) from None


class _LaterOperator(Parser.Symbol):  # type: ignore[misc]
    """An operator that came after JSONata 2.0.6. There it is `?` and another symbol, which cannot stand so."""

    def nud(self) -> None:
        raise JException("S0211", self.position, "?")

    def led(self, left: Any) -> None:
        raise JException("S0211", self.position, str(self.id)[1])


class _Symbols(dict[str, Any]):
    """The parser asks for the symbol of each operator, also of one that does not exist."""

    def __missing__(self, operator: str) -> None:
        return None


class _Parser(Parser):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.symbol_table: dict[str, Any] = _Symbols(self.symbol_table)
        for operator in ("??", "?:"):
            symbol = _LaterOperator(self, operator)
            symbol.lbp = self.symbol_table[operator].lbp
            self.symbol_table[operator] = symbol


_SINGLE = (
    *("procedure", "lhs", "rhs", "condition", "then", "_else", "pattern", "update", "delete", "expression", "body"),
    *("expr", "group"),
)
_SEVERAL = ("steps", "expressions", "arguments", "lhs_object", "terms", "predicate", "stages")


def children(node: Node) -> Iterator[Node]:
    """The nodes inside this node, without the names that it binds."""
    if node.type in ("lambda", "bind"):
        yield node.body if node.type == "lambda" else node.rhs
        return
    for name in _SINGLE:
        child = getattr(node, name)
        if child is not None:
            yield child
    for name in _SEVERAL:
        for element in getattr(node, name) or ():
            # The members of an object are pairs.
            yield from element if isinstance(element, list) else (element,)


def is_plain(node: Node) -> bool:
    """Has this step or value no predicate, no grouping and no name for its focus or index?"""
    return not (node.predicate or node.stages or node.group or node.focus or node.index or node.tuple)


def _uncompiled(pattern: str, flags: Any) -> Any:
    """Used instead of a compiler of regular expressions: the evaluator's dialect is not Python's."""
    return pattern
