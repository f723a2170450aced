"""The syntax tree of an expression, made by the parser of jsonata-python (the native evaluator gives no tree).

Only this module knows the shape of the library's tree. It judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from statemachine.jsonata_library import JException, Jsonata, Parser

Node: TypeAlias = Any
"""A node of the library's tree. Its `type` decides which of its other attributes are used."""

BUILT_IN = frozenset(Jsonata.static_frame.bindings)
"""The names of JSONata's own functions."""

CHARACTERS_MAX = 65_536
"""Ours: the longest expression that is parsed. The parser takes about ten microseconds for a token."""
DEFAULTS_MAX = 6
"""Ours: an expression with more `?:` and `??` is not parsed, because each of them doubles the parser's work."""


class NotParsed(Exception):
    """The parser gave no tree. `refused` says that the text is no JSONata; else the parser cannot tell."""

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


def read_syntax(text: str) -> Node:
    """The root of the expression's tree. Raises NotParsed."""
    if len(text) > CHARACTERS_MAX or text.count("?:") + text.count("??") > DEFAULTS_MAX:
        raise NotParsed("The expression is too long to be looked into")
    try:
        # The tokenizer reads beyond a comment at the end, so a blank is added.
        return Parser().parse(f"{text} ", _uncompiled)
    except JException as error:
        raise NotParsed(f"{error.error}: {error}", refused=True) from None
    except Exception as error:
        # The nesting is too deep, or the parser reads beyond the end of a string, which JavaScript allows.
        raise NotParsed(repr(error)) from None


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
